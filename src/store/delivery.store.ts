/**
 * Deliveries: one notice for one receiver, from waiting to over, with every attempt. What is sent is written down before it is
 * sent: after a crash the same message goes out again, under the same id.
 */
import { Inject, Injectable } from '@nestjs/common';
import type { Tx } from './notifications.js';
import type { Db } from './postgres.js';
import type { RouteRow } from './route.store.js';
import { run } from './sql.js';
import { DB } from './store.tokens.js';

/** SUPERSEDED: a later notice of the incident said all of it. DEAD: given up; it can be replayed. */
export const deliveryStates = ['PENDING', 'DELIVERED', 'SUPERSEDED', 'DEAD'] as const;
export type DeliveryState = (typeof deliveryStates)[number];

export interface DeliveryRow {
  readonly id: string;
  readonly receiver_id: string;
  readonly notice_id: string;
  readonly position: bigint;
  readonly incident_id: string;
  readonly change: string;
  /** The notice. */
  readonly body: object;
  readonly state: DeliveryState;
  readonly created_at: Date;
  readonly queued_at: Date;
  readonly message_id: string | null;
  readonly attempts: number;
  readonly next_at: Date;
  readonly ended_at: Date | null;
  readonly code: string | null;
  readonly repeat_at: Date | null;
}

export interface AttemptRow {
  readonly id: bigint;
  readonly receiver_id: string;
  readonly message_id: string;
  readonly at: Date;
  readonly ended_at: Date | null;
  readonly status: number | null;
  readonly code: string | null;
  readonly detail: string | null;
}

export interface NoticeRow {
  readonly position: bigint;
  readonly incident_id: string;
  readonly body: object;
}

export interface NewDelivery {
  readonly id: string;
  readonly receiverId: string;
  readonly noticeId: string;
  readonly position: bigint;
  readonly incidentId: string;
  readonly change: string;
  readonly body: object;
}

/** What telling needs to know beside the notices. */
export interface Telling {
  readonly notices: readonly NoticeRow[];
  /** Of receivers that are enabled. */
  readonly routes: readonly RouteRow[];
  /** Enabled receivers that were told of these incidents before. */
  readonly before: readonly { readonly incident_id: string; readonly receiver_id: string }[];
}

export interface BegunMessage {
  readonly id: string;
  readonly receiverId: string;
  readonly lease: string;
  readonly ids: readonly string[];
  readonly superseded: readonly string[];
  readonly now: Date;
  /** Until then nobody else takes it up. */
  readonly until: Date;
}

export interface EndedMessage {
  readonly receiverId: string;
  readonly attempt: bigint;
  /** Deliveries that it carried; those told again are not among them. */
  readonly ids: readonly string[];
  readonly status: number | null;
  readonly detail: string | null;
  readonly now: Date;
}

/** Deliveries that a message told again beside its own, and when they and its own are told once more; null: never. */
export interface Repeated {
  readonly ids: readonly string[];
  readonly at: Date | null;
}

/** Where a page begins: after this one. */
export interface DeliveryPosition {
  readonly createdAt: Date;
  readonly position: bigint;
  readonly id: string;
}

export interface DeliveryCriteria {
  readonly receiverId?: string | null;
  readonly states?: readonly string[] | null;
  readonly incidentId?: string | null;
}

@Injectable()
export class DeliveryStore {
  constructor(@Inject(DB) private readonly db: Db) {}

  /** Makes deliveries of notices, each once. One at a time, whoever does it. @returns how many notices there were */
  async tell(limit: number, now: Date, plan: (telling: Telling) => readonly NewDelivery[]): Promise<number> {
    return (await this.db.begin(async (transaction) => {
      const tx = transaction as Tx;
      await tx`select pg_advisory_xact_lock(hashtext('whodunit notices'))`;
      const notices = await run<NoticeRow>(tx, 'untoldNotices', [limit]);
      if (notices.length === 0) return 0;
      const routes = await tx<RouteRow[]>`select t.* from routes t join receivers r on r.id = t.receiver_id
        where r.enabled order by t.position, t.id`;
      const incidents = [...new Set(notices.map(({ incident_id }) => incident_id))];
      const before = await tx<Telling['before']>`select distinct d.incident_id, d.receiver_id from deliveries d
        join receivers r on r.id = d.receiver_id where r.enabled and d.incident_id in ${tx(incidents)}`;
      await this.insert(tx, plan({ notices, routes, before }), now);
      await tx`insert into told_notices ${tx(notices.map(({ position }) => ({ position, at: now })))}`;
      await run(tx, 'forgetToldNotices', []);
      return notices.length;
    })) as number;
  }

  async add(deliveries: readonly NewDelivery[], now: Date): Promise<void> {
    await this.insert(this.db, deliveries, now);
  }

  private async insert(db: Db | Tx, deliveries: readonly NewDelivery[], now: Date): Promise<void> {
    if (deliveries.length === 0) return;
    const rows = deliveries.map(({ position, ...row }) => ({ ...row, position: String(position) }));
    await run(db, 'insertDeliveries', [JSON.stringify(rows), now]);
  }

  async waiting(receiverId: string, limit: number): Promise<DeliveryRow[]> {
    return run<DeliveryRow>(this.db, 'waitingDeliveries', [receiverId, limit]);
  }

  async repeated(receiverId: string, now: Date, limit: number): Promise<DeliveryRow[]> {
    return run<DeliveryRow>(this.db, 'repeatedDeliveries', [receiverId, now, limit]);
  }

  /** When messages went to it since then, latest first. */
  async sentSince(receiverId: string, since: Date): Promise<Date[]> {
    const rows = await this.db<{ at: Date }[]>`select at from delivery_attempts
      where receiver_id = ${receiverId} and at > ${since} order by at desc`;
    return rows.map(({ at }) => at);
  }

  /** @returns the attempt's id, or null where the right to send was lost meanwhile. */
  async begin(message: BegunMessage): Promise<bigint | null> {
    const { id, receiverId, lease, ids, superseded, now, until } = message;
    return (await this.db.begin(async (tx) => {
      const held = await tx`update receivers set lease_until = ${until} where id = ${receiverId} and lease = ${lease}`;
      if (held.count === 0) return null;
      await tx`update deliveries set message_id = ${id}, attempts = attempts + 1, next_at = ${until} where id = any (${[...ids]}::uuid[])`;
      await tx`update deliveries set state = 'SUPERSEDED', ended_at = ${now} where id = any (${[...superseded]}::uuid[])`;
      const [row] = await tx<{ id: bigint }[]>`insert into delivery_attempts (receiver_id, message_id, at)
        values (${receiverId}, ${id}, ${now}) returning id`;
      return row!.id;
    })) as bigint | null;
  }

  async accepted(message: EndedMessage, repeated: Repeated): Promise<void> {
    const all = [...message.ids, ...repeated.ids];
    await this.db.begin(async (transaction) => {
      const tx = transaction as Tx;
      await endAttempt(tx, message, null);
      await tx`update deliveries set state = 'DELIVERED', ended_at = ${message.now}, code = null where id = any (${[...message.ids]}::uuid[])`;
      if (repeated.at !== null) {
        // Of each incident only what was said last is said again, and nothing once that it is over was.
        await tx`update deliveries d set repeat_at = case when d.change <> 'RESOLVED' and d.id = (
              select l.id from deliveries l where l.incident_id = d.incident_id and l.receiver_id = d.receiver_id and l.state = 'DELIVERED'
              order by l.position desc, l.id desc limit 1) then ${repeated.at}::timestamptz end
          where d.receiver_id = ${message.receiverId} and d.state = 'DELIVERED' and (d.repeat_at is not null or d.id = any (${all}::uuid[]))
            and d.incident_id in (select i.incident_id from deliveries i where i.id = any (${all}::uuid[]))`;
      }
      await tx`update receivers set failures = 0, held_until = null where id = ${message.receiverId}`;
    });
  }

  async failed(message: EndedMessage, code: string, nextAt: Date, heldUntil: Date): Promise<void> {
    await this.db.begin(async (transaction) => {
      const tx = transaction as Tx;
      await endAttempt(tx, message, code);
      await tx`update deliveries set next_at = ${nextAt}, code = ${code} where id = any (${[...message.ids]}::uuid[])`;
      await tx`update receivers set failures = failures + 1, held_until = ${heldUntil} where id = ${message.receiverId}`;
    });
  }

  /**
   * @param repeated told again, and refused; tried again at `repeatAt`
   * @param disable it wants nothing any more
   */
  async died(message: EndedMessage, code: string, repeated: Repeated, disable: boolean): Promise<void> {
    await this.db.begin(async (transaction) => {
      const tx = transaction as Tx;
      await endAttempt(tx, message, code);
      await tx`update deliveries set state = 'DEAD', ended_at = ${message.now}, code = ${code} where id = any (${[...message.ids]}::uuid[])`;
      await tx`update deliveries set repeat_at = ${repeated.at} where id = any (${[...repeated.ids]}::uuid[])`;
      if (disable)
        await tx`update receivers set enabled = false, updated_at = ${message.now} where id = ${message.receiverId}`;
    });
  }

  async byId(id: string): Promise<DeliveryRow | null> {
    return (await this.db<DeliveryRow[]>`select * from deliveries where id = ${id}`)[0] ?? null;
  }

  /** Newest first. */
  async page(where: DeliveryCriteria, after: DeliveryPosition | null, limit: number): Promise<DeliveryRow[]> {
    const { receiverId = null, states = null, incidentId = null } = where;
    return run<DeliveryRow>(this.db, 'deliveriesPage', [
      ...[receiverId, states, incidentId],
      ...[after?.createdAt ?? null, after?.position ?? null, after?.id ?? null, limit],
    ]);
  }

  /** Of each message, latest first. */
  async attempts(messageIds: readonly string[], perMessage: number): Promise<AttemptRow[]> {
    return this.db<AttemptRow[]>`select a.* from unnest(${[...messageIds]}::uuid[]) as m (id)
      cross join lateral (select * from delivery_attempts t where t.message_id = m.id order by t.at desc, t.id desc limit ${perMessage}) as a`;
  }

  /** Lets it wait again, alone, under the id that its own message has. @returns null where it waits already or was overtaken. */
  async replay(id: string, now: Date): Promise<DeliveryRow | null> {
    const rows = await this.db<
      DeliveryRow[]
    >`update deliveries d set state = 'PENDING', message_id = d.id, attempts = 0,
        queued_at = ${now}, next_at = ${now}, ended_at = null, code = null, repeat_at = null
      where d.id = ${id} and d.state <> 'PENDING' and not exists (
        select from deliveries l where l.receiver_id = d.receiver_id and l.incident_id = d.incident_id and l.state = 'DELIVERED'
          and (l.position, l.id) > (d.position, d.id))
      returning d.*`;
    return rows[0] ?? null;
  }
}

async function endAttempt(tx: Tx, { attempt, status, detail, now }: EndedMessage, code: string | null): Promise<void> {
  await tx`update delivery_attempts set ended_at = ${now}, status = ${status}, code = ${code}, detail = ${detail} where id = ${attempt}`;
}
