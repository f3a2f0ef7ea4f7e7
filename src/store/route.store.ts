/** Routes: which notices go to which receiver, in an order. */
import { Inject, Injectable } from '@nestjs/common';
import type { Db } from './postgres.js';
import { DB } from './store.tokens.js';

export interface RouteRow {
  readonly id: string;
  /** 0, 1, 2 … */
  readonly position: number;
  readonly name: string;
  readonly receiver_id: string;
  readonly matchers: object;
  readonly continue: boolean;
  readonly updated_at: Date;
}

export const routesMax = 500;

@Injectable()
export class RouteStore {
  constructor(@Inject(DB) private readonly db: Db) {}

  /** In their order. */
  async all(): Promise<RouteRow[]> {
    return this.db<RouteRow[]>`select * from routes order by position, id`;
  }

  /**
   * @param position where it shall stand; null: where it is, or at the end
   * @returns the row; `full` where there are too many, `gone` where its receiver is not there.
   */
  async save(row: Omit<RouteRow, 'position'>, position: number | null): Promise<RouteRow | 'full' | 'gone'> {
    return (await this.db.begin(async (tx) => {
      await tx`select pg_advisory_xact_lock(hashtext('whodunit routes'))`;
      const [receiver] = await tx`select from receivers where id = ${row.receiver_id} for share`;
      if (!receiver) return 'gone';
      const ids = (await tx<{ id: string }[]>`select id from routes order by position, id`).map(({ id }) => id);
      const at = ids.indexOf(row.id);
      const others = ids.filter((id) => id !== row.id);
      if (others.length >= routesMax) return 'full';
      const place = Math.min(position ?? (at < 0 ? others.length : at), others.length);
      const saved = { ...row, matchers: tx.json(row.matchers as never), position: place };
      await tx`insert into routes ${tx(saved)} on conflict (id) do update set ${tx(saved)}`;
      const order = others.toSpliced(place, 0, row.id);
      await tx`update routes r set position = o.n - 1 from unnest(${order}::uuid[]) with ordinality as o (id, n) where r.id = o.id`;
      return { ...row, position: place };
    })) as RouteRow | 'full' | 'gone';
  }

  /** @returns whether there was one */
  async remove(id: string): Promise<boolean> {
    return (await this.db`delete from routes where id = ${id}`).count > 0;
  }
}
