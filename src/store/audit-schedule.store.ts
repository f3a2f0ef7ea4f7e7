/** Audits that are run again and again. */
import { Inject, Injectable } from '@nestjs/common';
import type { AuditScheduleRow } from './audit.rows.js';
import type { Db } from './postgres.js';
import { DB } from './store.tokens.js';
import { storable } from './text.js';

export type NewSchedule = Omit<AuditScheduleRow, 'ended_at' | 'trouble'>;

@Injectable()
export class AuditScheduleStore {
  constructor(@Inject(DB) private readonly db: Db) {}

  async add(schedule: NewSchedule): Promise<AuditScheduleRow> {
    const row = { ...schedule, input: this.db.json(storable(schedule.input) as never) };
    const [added] = await this.db<AuditScheduleRow[]>`insert into audit_schedules ${this.db(row)} returning *`;
    return added!;
  }

  /** Those that have not ended, oldest first. */
  async live(): Promise<AuditScheduleRow[]> {
    return this.db<AuditScheduleRow[]>`select * from audit_schedules where ended_at is null order by created_at, id`;
  }

  async count(): Promise<number> {
    const [row] = await this.db<{ count: number }[]>`
      select count(*)::int as count from audit_schedules where ended_at is null`;
    return row!.count;
  }

  /** @returns null when there is none of that id, or it had ended. */
  async end(id: string): Promise<AuditScheduleRow | null> {
    const [row] = await this.db<AuditScheduleRow[]>`
      update audit_schedules set ended_at = now() where id = ${id} and ended_at is null returning *`;
    return row ?? null;
  }

  /**
   * Those that are due, each given to one worker only: their next time is set before they are run. Times that were missed are not
   * made up for.
   */
  async takeDue(): Promise<AuditScheduleRow[]> {
    return this.db<AuditScheduleRow[]>`
      update audit_schedules set next_at = next_at + (1 + floor(extract(epoch from now() - next_at) / (every_hours * 3600)))
        * every_hours * interval '1 hour'
      where id in (select id from audit_schedules where ended_at is null and next_at <= now() for update skip locked)
      returning *`;
  }

  async noteTrouble(id: string, trouble: string | null): Promise<void> {
    await this.db`update audit_schedules set trouble = ${trouble} where id = ${id}`;
  }
}
