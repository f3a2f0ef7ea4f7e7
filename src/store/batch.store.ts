/**
 * Ingest: one batch, one transaction, the cursor within it. Exactly-once by (host, epoch, sequence): events at or
 * below the cursor were committed before and are skipped, and nothing is stored beyond a gap.
 */
import { Inject, Injectable } from '@nestjs/common';
import type { TransactionSql } from 'postgres';
import type { AgentStartEvent, Batch, Event } from '../contract/index.js';
import { toRows, type BatchRows } from './batch.rows.js';
import { moveLedger } from './ledger.move.js';
import type { Db } from './postgres.js';
import { notifyEpisodes } from './notifications.js';
import { run, type Statement } from './sql.js';
import { DB } from './store.tokens.js';

export type CommitResult =
  | {
      readonly outcome: 'stored';
      readonly committed: number;
      readonly events: readonly Event[];
      readonly pending: number;
    }
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
  if (events.length === 0) return { outcome: 'stored', committed, events, pending: 0 };

  const rows = toRows(events);
  const { latest, agentStart, agentStop } = rows;
  const lifecycle = [latest, agentStart !== null, agentStop?.at ?? null];
  const [boot] = await run<{ id: number }>(tx, 'upsertBoot', [hostId, batch.bootId, batch.bootedAt, ...lifecycle]);
  const context = { tx, hostId, boot: boot!.id, bootedAt: batch.bootedAt };
  const highest = committed + events.length;
  // Sent without waiting for each: the connection pipelines them, and the first failure rolls all back.
  const [history, facts] = await Promise.all([
    storeHistory(context, rows),
    storeHostFacts(context, rows),
    moveLedger(tx, hostId, batch, events),
    run(tx, 'advanceCursor', [hostId, batch.epoch, highest]),
  ]);
  const results = [...history, ...facts];
  await notifyEpisodes(tx, [...new Set(results.flatMap((result) => result.episodes ?? []))]);
  const pending = results.reduce((sum, result) => sum + (result.pending ?? 0), 0);
  return { outcome: 'stored', committed: highest, events, pending };
}

/** What the statements say in return. */
interface Stored {
  /** Deaths that want a verdict now. */
  readonly pending?: number;
  /** Ids of episodes that are new or over. */
  readonly episodes?: readonly string[] | null;
}

/** Signals come before processes, so that an image that acted is recognised as such; deaths come last. */
async function storeHistory({ tx, hostId, boot, bootedAt }: BootContext, rows: BatchRows): Promise<Stored[]> {
  const at = [boot, hostId, bootedAt];
  const json = JSON.stringify;
  const steps: Promise<Stored[]>[] = [];
  const store = (statement: Statement, of: readonly object[], parameters: unknown[]) => {
    if (of.length > 0) steps.push(run(tx, statement, [...parameters, json(of)]));
  };
  store('insertSignals', rows.signals, [boot, bootedAt]);
  store('insertProcesses', rows.processes, at);
  store('insertFormerImages', rows.formerImages, [boot]);
  store('insertOomKills', rows.oomKills, [boot]);
  store('insertOomReports', rows.oomReports, at);
  store('insertKernelLog', rows.kernelLog, at);
  store('insertCoreDumps', rows.coreDumps, [boot]);
  store('insertEpisodes', rows.episodes, at);
  store('insertThrottles', rows.throttles, at);
  store('insertLosses', rows.losses, at);
  store('insertUnknown', rows.unknown, at);
  store('insertDeaths', rows.deaths, at);
  return (await Promise.all(steps)).flat();
}

async function storeHostFacts(context: BootContext, rows: BatchRows): Promise<Stored[]> {
  const { tx, hostId, boot, bootedAt } = context;
  const steps: Promise<Stored[]>[] = [];
  if (rows.agentStart) {
    steps.push(describeHost(tx, hostId, boot, rows.agentStart));
    steps.push(run(tx, 'closeFormerBoots', [hostId, boot, bootedAt]));
  }
  if (rows.snapshot) {
    const completedAt = new Date(Date.parse(bootedAt) + Number(BigInt(rows.snapshot.at) / 1_000_000n)).toISOString();
    steps.push(run(tx, 'closeUnseen', [boot, completedAt, rows.snapshot.since]));
  }
  return (await Promise.all(steps)).flat();
}

async function describeHost(tx: Tx, hostId: number, boot: number, start: AgentStartEvent): Promise<Stored[]> {
  const said = [start.version, start.rung, start.blindSpots, start.kernel, start.arch];
  return run(tx, 'describeHost', [hostId, ...said, boot, start.agent?.pid ?? null, start.agent?.start ?? null]);
}
