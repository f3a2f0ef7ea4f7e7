import { Context, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import type { Ledger, LedgerLoss } from '../generated/graphql.js';
import type { LedgerLossRow, StreamLedger } from '../store/ledger.store.js';
import type { HostRow } from '../store/rows.js';
import type { OperationContext } from './context.js';

@Resolver('Host')
export class LedgerResolver {
  @ResolveField('ledger')
  async ledger(@Parent() host: HostRow, @Context() { loaders }: OperationContext): Promise<Ledger> {
    const streams = await loaders.ledger.load(host.id);
    return { streams: streams.map(toView), balanced: streams.every(({ balanced }) => balanced) };
  }
}

function toView({ name, read, stored, rejected, dropped, kernelLost, balanced, asOf }: StreamLedger) {
  return {
    name,
    read: Number(read),
    stored: Number(stored),
    rejected: Number(rejected),
    dropped: dropped.map(toLoss),
    kernelLost: kernelLost.map(toLoss),
    balanced,
    asOf,
  };
}

function toLoss({ cause, count, uncounted }: LedgerLossRow): LedgerLoss {
  return { cause, count: Number(count), uncounted: Number(uncounted) };
}
