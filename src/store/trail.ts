/**
 * The trail: rows that are only added, in chains. A row's hash is
 *
 *     HMAC-SHA256(seal key, JSON of ["trail", hex of the hash before, chain, number, job, time in ms, kind, actor, detail])
 *
 * and the first row of a chain follows 32 zero bytes. Numbers count from 1 without gaps. So an edited, removed, inserted or
 * moved row is found by whoever has the key, and nobody without it can write a row that fits. A chain that lost its last
 * rows is found by its head and by the anchors that the worker keeps outside the database (src/remediation/anchor.ts).
 *
 * A job's rows are all in one chain; which one, its id says.
 */
import type { Seal } from '../platform/seal.js';
import type { JobEventRow, NewEvent } from './job.rows.js';
import type { Tx } from './notifications.js';
import { run } from './sql.js';
import { storableText } from './text.js';

export const chains = 64;

export interface TrailHead {
  readonly chain: number;
  readonly number: bigint;
  readonly hash: Buffer;
}

export interface TrailEntry extends NewEvent {
  readonly jobId: string | null;
  readonly at: Date;
}

type Unhashed = Omit<JobEventRow, 'hash'>;

export const noHash: Buffer = Buffer.alloc(32);

/** Adds rows in the caller's transaction; locks their chains until it ends. */
export async function addToTrail(tx: Tx, seal: Seal, entries: readonly TrailEntry[]): Promise<void> {
  if (entries.length === 0) return;
  const wanted = [...new Set(entries.map(({ jobId }) => chainOf(jobId)))];
  const heads = await run<TrailHead>(tx, 'lockTrailHeads', [wanted]);
  const ends = new Map(heads.map((head) => [head.chain, head]));
  const rows = entries.map(({ jobId, at, ...event }): JobEventRow => {
    const chain = chainOf(jobId);
    const before = ends.get(chain)!;
    const text = { actor: storableText(event.actor), detail: storableText(event.detail) };
    const row = { chain, number: before.number + 1n, job_id: jobId, at, kind: event.kind, ...text };
    const hash = trailHash(seal, before.hash, row);
    ends.set(chain, { chain, number: row.number, hash });
    return { ...row, hash };
  });
  const json = rows.map((row) => ({ ...row, number: String(row.number), hash: row.hash.toString('hex') }));
  await run(tx, 'addToTrail', [JSON.stringify(json)]);
}

export function trailHash(seal: Seal, before: Uint8Array, row: Unhashed): Buffer {
  const { chain, number, job_id, at, kind, actor, detail } = row;
  return seal.of('trail', [before, chain, String(number), job_id, at.getTime(), kind, actor, detail]);
}

export function chainOf(jobId: string | null): number {
  return jobId === null ? 0 : Number.parseInt(jobId.slice(0, 4), 16) % chains;
}
