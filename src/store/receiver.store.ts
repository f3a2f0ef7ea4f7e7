/** Receivers: where notices of incidents go. What is secret of one comes and goes sealed. */
import { Inject, Injectable } from '@nestjs/common';
import type { Db } from './postgres.js';
import { run } from './sql.js';
import { DB } from './store.tokens.js';

export interface ReceiverRow {
  readonly id: string;
  readonly name: string;
  readonly kind: string;
  readonly sealed: Buffer;
  /** Scheme and host of its address. */
  readonly target: string;
  readonly locale: 'EN' | 'ZH';
  readonly enabled: boolean;
  readonly per_minute: number;
  readonly created_at: Date;
  readonly updated_at: Date;
  readonly held_until: Date | null;
  readonly failures: number;
}

export type SavedReceiver = Omit<ReceiverRow, 'created_at' | 'held_until' | 'failures'>;

/** Nobody has more; each of them is asked for work. */
export const receiversMax = 200;

@Injectable()
export class ReceiverStore {
  constructor(@Inject(DB) private readonly db: Db) {}

  /** By name. */
  async all(): Promise<ReceiverRow[]> {
    return this.db<ReceiverRow[]>`select * from receivers order by name`;
  }

  async byId(id: string): Promise<ReceiverRow | null> {
    return (await this.db<ReceiverRow[]>`select * from receivers where id = ${id}`)[0] ?? null;
  }

  /**
   * A saved one is asked again at once, whatever it answered before.
   * @returns the row; `taken` where another one has the name, `full` where there are too many.
   */
  async save(row: SavedReceiver): Promise<ReceiverRow | 'taken' | 'full'> {
    return (await this.db.begin(async (tx) => {
      await tx`select pg_advisory_xact_lock(hashtext('whodunit receivers'))`;
      const [others] = await tx<{ many: number; named: number }[]>`select count(*)::int as many,
        count(*) filter (where name = ${row.name})::int as named from receivers where id <> ${row.id}`;
      if (others!.named > 0) return 'taken';
      if (others!.many >= receiversMax) return 'full';
      const [saved] = await tx<
        ReceiverRow[]
      >`insert into receivers ${tx(row)} on conflict (id) do update set ${tx(row)},
        held_until = null, failures = 0 returning *`;
      return saved!;
    })) as ReceiverRow | 'taken' | 'full';
  }

  /** With its routes and its log. @returns whether there was one */
  async remove(id: string): Promise<boolean> {
    return (await this.db`delete from receivers where id = ${id}`).count > 0;
  }

  /** Receivers for which there is something to send, and nobody who does. */
  async due(now: Date): Promise<string[]> {
    return (await run<{ id: string }>(this.db, 'dueReceivers', [now])).map(({ id }) => id);
  }

  /** Takes the right to send to it, or keeps it. @returns the receiver, or null where it is not to be had. */
  async lease(id: string, lease: string, now: Date, until: Date): Promise<ReceiverRow | null> {
    const rows = await this.db<ReceiverRow[]>`update receivers set lease = ${lease}, lease_until = ${until}
      where id = ${id} and enabled and (held_until is null or held_until <= ${now})
        and (lease = ${lease} or lease_until is null or lease_until <= ${now}) returning *`;
    return rows[0] ?? null;
  }

  async release(id: string, lease: string): Promise<void> {
    await this.db`update receivers set lease = null, lease_until = null where id = ${id} and lease = ${lease}`;
  }
}
