import { Context, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import type { Disposition } from '../generated/graphql.js';
import type { ProcessRow, SignalRow } from '../store/rows.js';
import { signalName } from '../verdict/index.js';
import type { OperationContext } from './context.js';

export function signalView(number: number): { number: number; name: string } {
  return { number, name: signalName(number) };
}

/** GraphQL's Int ends at 2^31: more than that many are shown as that many. */
export function shownCount(count: bigint): number {
  return Math.min(Number(count), 2 ** 31 - 1);
}

@Resolver('SignalRecord')
export class SignalResolver {
  @ResolveField('id')
  id(@Parent() record: SignalRow): string {
    return String(record.id);
  }

  @ResolveField('signal')
  signal(@Parent() record: SignalRow): { number: number; name: string } {
    return signalView(record.signal);
  }

  @ResolveField('count')
  count(@Parent() record: SignalRow): number {
    return shownCount(record.count);
  }

  /** On the clock of `at`. */
  @ResolveField('until')
  until(@Parent() record: SignalRow): Date | null {
    if (record.until_ns === null) return null;
    return new Date(record.at.getTime() + Number((record.until_ns - record.at_ns) / 1_000_000n));
  }

  @ResolveField('disposition')
  disposition(@Parent() record: SignalRow): Disposition {
    return record.disposition.toUpperCase() as Disposition;
  }

  @ResolveField('target')
  target(@Parent() record: SignalRow, @Context() { loaders }: OperationContext): Promise<ProcessRow | null> {
    return loaders.process.load({ boot: record.boot, pid: record.target_pid, start_ns: record.target_start_ns });
  }

  /** The sender as it was when it sent the signal. */
  @ResolveField('sender')
  async sender(@Parent() record: SignalRow, @Context() { loaders }: OperationContext): Promise<ProcessRow | null> {
    const { boot, sender_pid: pid, sender_start_ns: start_ns, at_ns } = record;
    return pid === null || start_ns === null ? null : loaders.actor.load({ boot, pid, start_ns, at_ns });
  }
}
