/**
 * Ingest: one batch, one transaction, the cursor within it. Exactly-once by (host, epoch, sequence): events at or
 * below the cursor were committed before and are skipped, and nothing is stored beyond a gap.
 */
import { Inject, Injectable } from '@nestjs/common';
import type { TransactionSql } from 'postgres';
import type { AgentStartEvent, Batch, Event } from '../contract/index.js';
import { toRows, type BatchRows } from './batch.rows.js';
import type { Db } from './postgres.js';
import { run } from './sql.js';
import { DB } from './store.tokens.js';

export type CommitResult =
  | { readonly outcome: 'stored'; readonly committed: number; readonly events: readonly Event[]; readonly deaths: number; readonly pending: boolean }
  /** The batch begins beyond the next number. */
  | { readonly outcome: 'gap'; readonly committed: number };

type Tx = TransactionSql<{ bigint: bigint }>;
interface BootContext {
  readonly tx: Tx;
  readonly hostId: number;
  readonly boot: number;
  readonly bootedAt: string;
}

@Injectable()
export class BatchStore {
  constructor(@Inject(DB) private readonly db: Db) {}

  /** @throws the driver's error when Postgres could not commit; then nothing of the batch is stored. */
  async commit(hostId: number, batch: Batch): Promise<CommitResult> {
    return (await this.db.begin((tx) => commitIn(tx as Tx, hostId, batch))) as CommitResult;
  }
}

async function commitIn(tx: Tx, hostId: number, batch: Batch): Promise<CommitResult> {
  const [cursor] = await run<{ committed: bigint }>(tx, 'lockCursor', [hostId, batch.epoch]);
  const committed = Number(cursor!.committed);
  if (batch.sequence > committed + 1) return { outcome: 'gap', committed };
  const events = batch.events.slice(committed + 1 - batch.sequence);
  if (events.length === 0) return { outcome: 'stored', committed, events, deaths: 0, pending: false };

  const [boot] = await run<{ id: number }>(tx, 'upsertBoot', [hostId, batch.bootId, batch.bootedAt]);
  const context = { tx, hostId, boot: boot!.id, bootedAt: batch.bootedAt };
  const rows = toRows(events);
  const highest = committed + events.length;
  // Sent without waiting for each: the connection pipelines them, and the first failure rolls all back.
  const [deaths] = await Promise.all([
    storeHistory(context, rows),
    storeHostFacts(context, rows),
    run(tx, 'advanceCursor', [hostId, batch.epoch, highest]),
  ]);
  const pending = deaths > 0 || rows.signals.length > 0 || rows.oomKills.length > 0;
  return { outcome: 'stored', committed: highest, events, deaths, pending };
}

/** @returns how many deaths are new. Signals before processes: an image that acted must be recognised as such. */
async function storeHistory({ tx, hostId, boot, bootedAt }: BootContext, rows: BatchRows): Promise<number> {
  const json = JSON.stringify;
  const steps: Promise<unknown>[] = [];
  if (rows.signals.length > 0) steps.push(run(tx, 'insertSignals', [boot, bootedAt, json(rows.signals)]));
  if (rows.processes.length > 0) steps.push(run(tx, 'insertProcesses', [boot, hostId, bootedAt, json(rows.processes)]));
  if (rows.formerImages.length > 0) steps.push(run(tx, 'insertFormerImages', [boot, json(rows.formerImages)]));
  if (rows.oomKills.length > 0) steps.push(run(tx, 'insertOomKills', [boot, json(rows.oomKills)]));
  if (rows.losses.length > 0) steps.push(run(tx, 'insertLosses', [boot, hostId, bootedAt, json(rows.losses)]));
  if (rows.unknown.length > 0) steps.push(run(tx, 'insertUnknown', [boot, hostId, bootedAt, json(rows.unknown)]));
  if (rows.deaths.length === 0) {
    await Promise.all(steps);
    return 0;
  }
  const deaths = run<{ deaths: number }>(tx, 'insertDeaths', [boot, hostId, bootedAt, json(rows.deaths)]);
  const [[counted]] = await Promise.all([deaths, ...steps]);
  return counted?.deaths ?? 0;
}

async function storeHostFacts(context: BootContext, rows: BatchRows): Promise<void> {
  const { tx, hostId, boot, bootedAt } = context;
  const steps: Promise<unknown>[] = [];
  if (rows.agentStart) {
    steps.push(describeHost(tx, hostId, rows.agentStart));
    steps.push(run(tx, 'closeFormerBoots', [hostId, boot, bootedAt]));
  }
  if (rows.snapshot) {
    const completedAt = new Date(Date.parse(bootedAt) + Number(BigInt(rows.snapshot.at) / 1_000_000n)).toISOString();
    steps.push(run(tx, 'closeUnseen', [boot, completedAt, rows.snapshot.since]));
  }
  await Promise.all(steps);
}

async function describeHost(tx: Tx, hostId: number, start: AgentStartEvent): Promise<void> {
  await run(tx, 'describeHost', [hostId, start.version, start.rung, start.blindSpots, start.kernel, start.arch]);
}
