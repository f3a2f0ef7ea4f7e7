/** The ledger of hosts and of the fleet: what was read, and what became of it (src/contract/ledger.ts). */
import { Inject, Injectable } from '@nestjs/common';
import { isKernelLoss } from '../contract/index.js';
import type { Db } from './postgres.js';
import { run } from './sql.js';
import { DB } from './store.tokens.js';

export interface LedgerLossRow {
  readonly host_id: number | null;
  readonly stream: string;
  readonly cause: string;
  readonly count: bigint;
  /** Losses of which not even the number is known. */
  readonly uncounted: bigint;
}

interface StreamRow {
  readonly host_id: number | null;
  readonly stream: string;
  readonly stored: bigint;
  readonly unaccounted: bigint;
  readonly unbalanced: bigint;
  readonly as_of: Date | null;
}

export interface StreamLedger {
  readonly host_id: number | null;
  readonly name: string;
  readonly read: bigint;
  readonly stored: bigint;
  readonly rejected: bigint;
  readonly dropped: readonly LedgerLossRow[];
  readonly kernelLost: readonly LedgerLossRow[];
  readonly unaccounted: bigint;
  readonly balanced: boolean;
  /** When an agent last said what it had read. */
  readonly asOf: Date | null;
}

@Injectable()
export class LedgerStore {
  constructor(@Inject(DB) private readonly db: Db) {}

  ofHosts(ids: readonly number[]): Promise<StreamLedger[]> {
    return this.read([...ids]);
  }

  ofFleet(): Promise<StreamLedger[]> {
    return this.read(null);
  }

  async unbalancedHosts(): Promise<number> {
    const [row] = await run<{ hosts: bigint }>(this.db, 'unbalancedHosts', []);
    return Number(row!.hosts);
  }

  private async read(ids: number[] | null): Promise<StreamLedger[]> {
    const [streams, losses] = await Promise.all([
      run<StreamRow & Record<string, unknown>>(this.db, 'ledgerStreams', [ids]),
      run<LedgerLossRow & Record<string, unknown>>(this.db, 'ledgerLosses', [ids]),
    ]);
    const of = (row: StreamRow) => losses.filter((loss) => loss.host_id === row.host_id && loss.stream === row.stream);
    return streams.map((row) => toLedger(row, of(row)));
  }
}

function toLedger(row: StreamRow, losses: readonly LedgerLossRow[]): StreamLedger {
  const own = losses.filter(({ cause }) => !isKernelLoss(cause));
  const sum = (rows: readonly LedgerLossRow[]) => rows.reduce((total, { count }) => total + count, 0n);
  return {
    host_id: row.host_id,
    name: row.stream,
    // What is stored or counted as lost was read, also since the agent said last.
    read: row.stored + sum(own) + row.unaccounted,
    stored: row.stored,
    rejected: sum(own.filter(({ cause }) => cause === 'rejected')),
    dropped: own.filter(({ cause }) => cause !== 'rejected'),
    kernelLost: losses.filter(({ cause }) => isKernelLoss(cause)),
    unaccounted: row.unaccounted,
    balanced: row.unbalanced === 0n,
    asOf: row.as_of,
  };
}
