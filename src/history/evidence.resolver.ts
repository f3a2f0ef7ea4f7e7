import { Context, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import type { CoreDumpObstacle, KernelLogTopic } from '../generated/graphql.js';
import type { CoreDumpRow, DeathRow, KernelLogRow, OomReportRow } from '../store/rows.js';
import type { OperationContext } from './context.js';
import { enumName } from './enum-name.js';

@Resolver('Death')
export class DeathEvidenceResolver {
  @ResolveField('coreDump')
  coreDump(@Parent() death: DeathRow, @Context() { loaders }: OperationContext): Promise<CoreDumpRow | null> {
    return loaders.coreDump.load(death);
  }

  @ResolveField('oomReport')
  oomReport(@Parent() death: DeathRow, @Context() { loaders }: OperationContext): Promise<OomReportRow | null> {
    return loaders.oomReport.load(death);
  }

  @ResolveField('kernelLog')
  kernelLog(@Parent() death: DeathRow, @Context() { loaders }: OperationContext): Promise<KernelLogRow[]> {
    return loaders.kernelLog.load(death);
  }
}

@Resolver('CoreDump')
export class CoreDumpResolver {
  @ResolveField('size')
  size(@Parent() dump: CoreDumpRow): number | null {
    return float(dump.size_bytes);
  }

  @ResolveField('truncated')
  truncated(@Parent() dump: CoreDumpRow): boolean {
    return dump.truncated ?? false;
  }

  @ResolveField('obstacle')
  obstacle(@Parent() dump: CoreDumpRow): CoreDumpObstacle | null {
    return dump.obstacle && (enumName(dump.obstacle) as CoreDumpObstacle);
  }

  @ResolveField('limit')
  limit(@Parent() dump: CoreDumpRow): number | null {
    return float(dump.limit_bytes);
  }
}

@Resolver('KernelLogLine')
export class KernelLogLineResolver {
  @ResolveField('topic')
  topic(@Parent() line: KernelLogRow): KernelLogTopic {
    return enumName(line.topic) as KernelLogTopic;
  }
}

/** Bytes pass GraphQL's Int, which ends at 2^31; the wire carries no more than a float holds. */
export function float(count: bigint | null): number | null {
  return count === null ? null : Number(count);
}
