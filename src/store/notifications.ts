/**
 * LISTEN/NOTIFY between the processes of the API and the worker. A notification carries keys only: the row is the
 * truth, and a payload may not pass 8,000 bytes.
 */
import { Inject, Injectable } from '@nestjs/common';
import type { TransactionSql } from 'postgres';
import type { Db } from './postgres.js';
import { lifeId, parseLifeId, type LifeKey } from './rows.js';
import { DB } from './store.tokens.js';

const deathsChannel = 'whodunit_deaths';
/** 100 ids of at most 38 characters stay well below the limit. */
const idsPerPayload = 100;

/** Delivered when the transaction commits. */
export async function notifyDeaths(tx: TransactionSql<{ bigint: bigint }>, keys: readonly LifeKey[]): Promise<void> {
  for (let start = 0; start < keys.length; start += idsPerPayload) {
    const payload = keys
      .slice(start, start + idsPerPayload)
      .map(lifeId)
      .join(' ');
    await tx`select pg_notify(${deathsChannel}, ${payload})`;
  }
}

@Injectable()
export class Notifications {
  constructor(@Inject(DB) private readonly db: Db) {}

  /**
   * Calls back with the lives whose verdict is new or changed. Reconnects by itself; what was notified in between is
   * not repeated, so `onReconnect` says when that may have happened.
   */
  async onDeaths(callback: (keys: LifeKey[]) => void, onReconnect: () => void): Promise<{ stop(): Promise<void> }> {
    let first = true;
    const listener = await this.db.listen(
      deathsChannel,
      (payload) => callback(payload.split(' ').flatMap((id) => parseLifeId(id) ?? [])),
      () => {
        if (!first) onReconnect();
        first = false;
      },
    );
    return { stop: () => listener.unlisten() };
  }
}
