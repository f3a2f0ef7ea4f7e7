/** What is known to be missing of a host's history, in pages. */
import { Inject, Injectable } from '@nestjs/common';
import type { Db } from './postgres.js';
import type { LossRow, ThrottleRow } from './rows.js';
import { run } from './sql.js';
import { DB } from './store.tokens.js';

/** Where a page of losses or throttles begins: after this one. */
export interface GapPosition {
  readonly since: Date;
  readonly id: bigint;
}

@Injectable()
export class LossStore {
  constructor(@Inject(DB) private readonly db: Db) {}

  /** Newest first. */
  async page(hostId: number, after: GapPosition | null, limit: number): Promise<LossRow[]> {
    return run<LossRow>(this.db, 'lossesPage', [hostId, after?.since ?? null, after?.id ?? null, limit]);
  }

  /** Newest first. */
  async throttles(hostId: number, after: GapPosition | null, limit: number): Promise<ThrottleRow[]> {
    return run<ThrottleRow>(this.db, 'throttlesPage', [hostId, after?.since ?? null, after?.id ?? null, limit]);
  }
}
