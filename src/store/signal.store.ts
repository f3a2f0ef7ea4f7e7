/** Signals that a life received or sent. */
import { Inject, Injectable } from '@nestjs/common';
import type { Db } from './postgres.js';
import type { LifeKey, SignalRow } from './rows.js';
import { run } from './sql.js';
import { DB } from './store.tokens.js';

export interface SignalPosition {
  readonly at_ns: bigint;
  readonly id: bigint;
}

@Injectable()
export class SignalStore {
  constructor(@Inject(DB) private readonly db: Db) {}

  /** Newest first. */
  async page(
    role: 'target' | 'sender',
    life: LifeKey,
    after: SignalPosition | null,
    limit: number,
  ): Promise<SignalRow[]> {
    const start = [after?.at_ns ?? null, after?.id ?? null];
    return run<SignalRow>(this.db, 'signalsPage', [role, life.boot, life.pid, life.start_ns, ...start, limit]);
  }
}
