/** Moves the ledgers of hosts in the transaction that stores their events: one statement for most groups of batches. */
import type { TransactionSql } from 'postgres';
import { kernelLossCauses } from '../contract/index.js';
import type { News } from './batch.store.js';
import { toLedgerRows } from './ledger.rows.js';
import { run } from './sql.js';

type Tx = TransactionSql<{ bigint: bigint }>;

/** No host twice; the events are the last ones of each batch, those that are new. */
export async function moveLedgers(tx: Tx, news: readonly News[]): Promise<void> {
  const moves = news.flatMap(({ hostId, batch, events }) => {
    // Agents before the ledger.
    if (batch.run === undefined) return [];
    const first = batch.sequence + batch.events.length - events.length;
    const rows = toLedgerRows(events, { run: batch.run, first, opening: batch.opening ?? 0 });
    return [{ hostId, bootedAt: batch.bootedAt, rows }];
  });
  const json = JSON.stringify;
  const ofKernel = [...kernelLossCauses];
  const posts = moves.flatMap(({ hostId, rows }) => rows.posts.map((post) => ({ host_id: hostId, ...post })));
  const steps: Promise<unknown>[] = [];
  if (posts.length > 0) steps.push(run(tx, 'postLedger', [json(posts)]));
  for (const { hostId, bootedAt, rows } of moves) {
    if (rows.losses.length > 0) steps.push(run(tx, 'postLedgerLosses', [hostId, json(rows.losses), ofKernel]));
    if (rows.claims.length > 0) steps.push(run(tx, 'claimLedger', [hostId, json(rows.claims), bootedAt, ofKernel]));
  }
  await Promise.all(steps);
}
