/**
 * Ingest: batches of some hosts, one transaction, their cursors within it. Exactly-once by (host, epoch, sequence): events at
 * or below the cursor were committed before and are skipped, and nothing is stored beyond a gap.
 */
import { Inject, Injectable } from '@nestjs/common';
import type { TransactionSql } from 'postgres';
import type { AgentStartEvent, Batch, Event } from '../contract/index.js';
import { toRows, type BatchRows } from './batch.rows.js';
import { Interner } from './intern.js';
import { storeEnds, storeLives, type LifeStep } from './life.store.js';
import { CommitQueue, type Delivery } from './commit-queue.js';
import { moveLedgers } from './ledger.move.js';
import type { Db } from './postgres.js';
import { notifyEpisodes } from './notifications.js';
import { run, type Statement } from './sql.js';
import { storableText } from './text.js';
import { INGEST_DB } from './store.tokens.js';

export type CommitResult =
  | {
      readonly outcome: 'stored';
      readonly committed: number;
      readonly events: readonly Event[];
      /** Deaths that want a verdict now, of all that was committed together; told with one batch of those. */
      readonly pending: number;
    }
  /** The batch begins beyond the next number. */
  | { readonly outcome: 'gap'; readonly committed: number };

type Tx = TransactionSql<{ bigint: bigint }>;

/** What of a delivery is new. */
export interface News extends Delivery {
  readonly events: readonly Event[];
}

export interface Part extends News {
  readonly rows: BatchRows;
  readonly boot: number;
  readonly firstBootedAt: Date;
  /** The latest event of the boot before the batch, if any: what began later is not stored yet. */
  readonly seenBefore: bigint | null;
}

@Injectable()
export class BatchStore {
  private readonly queue: CommitQueue;

  constructor(@Inject(INGEST_DB) db: Db) {
    const interner = new Interner(db);
    this.queue = new CommitQueue((deliveries) => db.begin((tx) => commitIn({ tx: tx as Tx, interner }, deliveries)));
  }

  /** @throws the driver's error when Postgres could not commit; then nothing of the batch is stored. */
  commit(hostId: number, batch: Batch): Promise<CommitResult> {
    return this.queue.submit({ hostId, batch });
  }
}

async function commitIn(step: LifeStep, deliveries: readonly Delivery[]): Promise<CommitResult[]> {
  const { tx } = step;
  const keys = deliveries.map(({ hostId, batch }) => ({ host_id: hostId, epoch: batch.epoch }));
  const cursors = await run<{ host_id: number; committed: bigint }>(tx, 'lockCursors', [JSON.stringify(keys)]);
  const committed = new Map(cursors.map((cursor) => [cursor.host_id, Number(cursor.committed)]));
  const results = deliveries.map(({ hostId, batch }) => judge(batch, committed.get(hostId)!));
  const news = deliveries.flatMap((delivery, index): News[] => {
    const result = results[index]!;
    return result.outcome === 'stored' && result.events.length > 0 ? [{ ...delivery, events: result.events }] : [];
  });
  if (news.length === 0) return results;
  const pending = await store(step, news);
  const first = results.findIndex((result) => result.outcome === 'stored' && result.events.length > 0);
  return results.map((result, index) => (index === first ? { ...result, pending } : result));
}

/** What becomes of a batch where that much is committed. */
function judge(batch: Batch, committed: number): CommitResult {
  if (batch.sequence > committed + 1) return { outcome: 'gap', committed };
  const events = batch.events.slice(committed + 1 - batch.sequence);
  return { outcome: 'stored', committed: committed + events.length, events, pending: 0 };
}

async function store(step: LifeStep, news: readonly News[]): Promise<number> {
  const { tx } = step;
  const described = news.map((one) => ({ ...one, rows: toRows(one.events) }));
  const started = described.flatMap(({ hostId, rows }) => (rows.agentStart ? [hostId] : []));
  const boots = await upsertBoots(tx, [JSON.stringify(described.map(bootRow)), started]);
  const bootOf = new Map(boots.map((boot) => [boot.host_id, boot]));
  const parts = described.map((one): Part => {
    const { id: boot, first_booted_at: firstBootedAt, seen_before: seenBefore } = bootOf.get(one.hostId)!;
    return { ...one, boot, firstBootedAt, seenBefore };
  });
  const cursors = news.map(({ hostId, batch }) => {
    return { host_id: hostId, epoch: batch.epoch, committed: batch.sequence + batch.events.length - 1 };
  });
  // A snapshot closes what it did not describe: what it did is stored by then.
  const history = await storeHistory(step, parts);
  // Sent without waiting for each: the connection pipelines them, and the first failure rolls all back.
  const [facts] = await Promise.all([
    Promise.all(parts.map((part) => storeHostFacts(tx, part))),
    moveLedgers(tx, news),
    run(tx, 'advanceCursors', [JSON.stringify(cursors)]),
  ]);
  const results = [...history, ...facts.flat()];
  await notifyEpisodes(tx, [...new Set(results.flatMap((result) => result.episodes ?? []))]);
  return results.reduce((sum, result) => sum + (result.pending ?? 0), 0);
}

interface BootOfHost {
  readonly id: number;
  readonly host_id: number;
  readonly first_booted_at: Date;
  readonly seen_before: bigint | null;
}

function upsertBoots(tx: Tx, parameters: [boots: string, started: number[]]) {
  return run<BootOfHost>(tx, 'upsertBoots', parameters);
}

function bootRow({ hostId, batch, rows }: Delivery & { readonly rows: BatchRows }): object {
  return {
    host_id: hostId,
    boot_id: batch.bootId,
    booted_at: batch.bootedAt,
    seen_ns: String(rows.latest),
    agent_stopped_ns: rows.agentStop?.at,
  };
}

/** What the statements say in return. */
export interface Stored {
  /** Deaths that want a verdict now. */
  readonly pending?: number;
  /** Ids of episodes that are new or over. */
  readonly episodes?: readonly string[] | null;
}

/** Signals come before lives, so that an image that acted is recognised as such; ends of lives that were known come last. */
async function storeHistory(step: LifeStep, parts: readonly Part[]): Promise<Stored[]> {
  const { tx } = step;
  const boots = parts.map(({ boot }) => boot);
  const zeros = parts.map(({ batch }) => batch.bootedAt);
  // `n` says whose a row is.
  const signals = parts.flatMap(({ rows }, index) => rows.signals.map((row) => ({ n: index + 1, ...row })));
  const [sent, lives] = await Promise.all([
    signals.length === 0 ? [] : run<Stored>(tx, 'insertSignals', [boots, zeros, JSON.stringify(signals)]),
    storeLives(step, parts),
  ]);
  const evidence = parts.flatMap((part) => storeEvidence(tx, part));
  const rest = await Promise.all([...evidence, storeEnds(step, parts, lives.settled)]);
  return [...sent, ...lives.stored, ...rest.flat()];
}

/** What few batches have. */
function storeEvidence(tx: Tx, { boot, hostId, batch, rows }: Part): Promise<Stored[]>[] {
  const at = [boot, hostId, batch.bootedAt];
  const steps: Promise<Stored[]>[] = [];
  const store = (statement: Statement, of: readonly object[], parameters: unknown[]) => {
    if (of.length > 0) steps.push(run(tx, statement, [...parameters, JSON.stringify(of)]));
  };
  store('insertFormerImages', rows.formerImages, [boot]);
  store('insertOomKills', rows.oomKills, [boot]);
  store('insertOomReports', rows.oomReports, at);
  store('insertKernelLog', rows.kernelLog, at);
  store('insertCoreDumps', rows.coreDumps, [boot]);
  store('insertEpisodes', rows.episodes, at);
  store('insertThrottles', rows.throttles, at);
  store('insertLosses', rows.losses, at);
  store('insertUnknown', rows.unknown, at);
  return steps;
}

async function storeHostFacts(tx: Tx, { hostId, boot, batch, rows }: Part): Promise<Stored[]> {
  const { bootedAt } = batch;
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
  const labels = start.labels && Object.fromEntries(start.labels.map(({ key, value }) => [key, storableText(value)]));
  const parameters = [hostId, ...said, boot, start.agent?.pid ?? null, start.agent?.start ?? null];
  return run(tx, 'describeHost', [...parameters, labels ? JSON.stringify(labels) : null]);
}
