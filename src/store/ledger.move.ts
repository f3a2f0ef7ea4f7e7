/** Moves the ledger of a host in the transaction that stores its events: one statement for most batches. */
import type { TransactionSql } from 'postgres';
import { kernelLossCauses, type Batch, type Event } from '../contract/index.js';
import { toLedgerRows } from './ledger.rows.js';
import { run } from './sql.js';

type Tx = TransactionSql<{ bigint: bigint }>;

/** `events`: the last ones of the batch, those that are new. */
export async function moveLedger(tx: Tx, hostId: number, batch: Batch, events: readonly Event[]): Promise<void> {
  // Agents before the ledger.
  if (batch.run === undefined) return;
  const first = batch.sequence + batch.events.length - events.length;
  const rows = toLedgerRows(events, { run: batch.run, first, opening: batch.opening ?? 0 });
  const json = JSON.stringify;
  const ofKernel = [...kernelLossCauses];
  const steps: Promise<unknown>[] = [];
  if (rows.posts.length > 0) steps.push(run(tx, 'postLedger', [hostId, json(rows.posts)]));
  if (rows.losses.length > 0) steps.push(run(tx, 'postLedgerLosses', [hostId, json(rows.losses), ofKernel]));
  if (rows.claims.length > 0) steps.push(run(tx, 'claimLedger', [hostId, json(rows.claims), batch.bootedAt, ofKernel]));
  await Promise.all(steps);
}
