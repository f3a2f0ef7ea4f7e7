/** Tools that call us by a signature. */
import { Inject, Injectable } from '@nestjs/common';
import type { Db } from './postgres.js';
import { DB } from './store.tokens.js';

export interface HookRow {
  readonly id: string;
  readonly name: string;
  readonly kind: string;
  readonly sealed: Buffer;
  readonly may_request_jobs: boolean;
  readonly created_at: Date;
}

/** Each of a kind is tried on every call. */
export const hooksMax = 50;

@Injectable()
export class HookStore {
  constructor(@Inject(DB) private readonly db: Db) {}

  async all(): Promise<HookRow[]> {
    return this.db<HookRow[]>`select * from hooks order by name`;
  }

  async ofKind(kind: string): Promise<HookRow[]> {
    return this.db<HookRow[]>`select * from hooks where kind = ${kind} order by name`;
  }

  /** @returns the row; `taken` where there is one of the name, `full` where there are too many. */
  async add(hook: Omit<HookRow, 'created_at'>): Promise<HookRow | 'taken' | 'full'> {
    return (await this.db.begin(async (tx) => {
      await tx`select pg_advisory_xact_lock(hashtext('whodunit hooks'))`;
      const [all] = await tx<{ many: number }[]>`select count(*)::int as many from hooks`;
      if (all!.many >= hooksMax) return 'full';
      const [row] = await tx<HookRow[]>`insert into hooks ${tx(hook)} on conflict (name) do nothing returning *`;
      return row ?? 'taken';
    })) as HookRow | 'taken' | 'full';
  }

  /** @returns whether there was one */
  async remove(id: string): Promise<boolean> {
    return (await this.db`delete from hooks where id = ${id}`).count > 0;
  }
}
