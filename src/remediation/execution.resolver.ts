import { Context, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import type { Observations } from '../contract/index.js';
import type { CommandRow } from '../store/job.rows.js';
import type { HostRow } from '../store/rows.js';

/** What the edge's loaders can do for us. */
interface WithHosts {
  readonly loaders: { readonly host: { load(id: number): Promise<HostRow | null> } };
}

interface FactView {
  readonly name: string;
  readonly value: string | null;
}

@Resolver('JobExecution')
export class JobExecutionResolver {
  @ResolveField('host')
  host(@Parent() command: CommandRow, @Context() { loaders }: WithHosts): Promise<HostRow | null> {
    return loaders.host.load(command.host_id);
  }

  @ResolveField('sentAt')
  sentAt(@Parent() command: CommandRow): Date | null {
    return command.sent_at;
  }

  @ResolveField('acceptedAt')
  acceptedAt(@Parent() command: CommandRow): Date | null {
    return command.accepted_at;
  }

  @ResolveField('endedAt')
  endedAt(@Parent() command: CommandRow): Date | null {
    return command.ended_at;
  }

  @ResolveField('steps')
  steps(@Parent() { report }: CommandRow): readonly { text: string; ok: boolean }[] {
    return report?.steps ?? [];
  }

  @ResolveField('before')
  before(@Parent() { report }: CommandRow): FactView[] {
    return facts(report?.before);
  }

  @ResolveField('after')
  after(@Parent() { report }: CommandRow): FactView[] {
    return facts(report?.after);
  }
}

function facts(observations: Observations | undefined): FactView[] {
  const entries = Object.entries(observations ?? {});
  return entries.map(([name, value]) => ({ name, value: value === null ? null : String(value) }));
}
