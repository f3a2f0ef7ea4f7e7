/** Audits that are run again and again. */
import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { Failure } from '../platform/errors.js';
import type { Logger } from '../platform/logger.js';
import { LOGGER } from '../platform/platform.tokens.js';
import type { AuditScheduleRow } from '../store/audit.rows.js';
import { AuditScheduleStore } from '../store/audit-schedule.store.js';
import { AuditStore, auditIdPattern } from '../store/audit.store.js';
import { badRequest, everyHours as hours, parseAuditInput } from './audit.input.js';
import { AuditService } from './audit.service.js';

const schedulesMax = 100;

@Injectable()
export class ScheduleService {
  constructor(
    private readonly schedules: AuditScheduleStore,
    private readonly audits: AuditStore,
    private readonly service: AuditService,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** The first run is at once. @throws Failure `audit/bad-request` (400), `audit/too-many` (429). */
  async add(input: object, everyHours: number, createdBy: string): Promise<AuditScheduleRow> {
    parseAuditInput(input);
    if (everyHours < hours.min || everyHours > hours.max)
      throw badRequest('everyHours', `must be between ${hours.min} and ${hours.max}.`);
    if ((await this.schedules.count()) >= schedulesMax) {
      const detail = `Nothing was stored: there are ${schedulesMax} schedules. End one.`;
      throw new Failure({ code: 'audit/too-many', status: 429, detail });
    }
    const at = new Date();
    const common = { id: randomUUID(), created_at: at, created_by: createdBy };
    return this.schedules.add({ ...common, every_hours: everyHours, next_at: at, input });
  }

  /** @throws Failure `audit/unknown-schedule` (404). */
  async end(id: string): Promise<AuditScheduleRow> {
    const ended = auditIdPattern.test(id) ? await this.schedules.end(id) : null;
    if (ended) return ended;
    const detail = 'There is no schedule of that id that has not ended.';
    throw new Failure({ code: 'audit/unknown-schedule', status: 404, detail });
  }

  /** The worker's sweep: ends what time has run out for, begins what is due. */
  async sweep(): Promise<void> {
    await this.audits.endDue(null);
    for (const { id, input, created_by } of await this.schedules.takeDue()) {
      try {
        await this.service.run(input, created_by);
        await this.schedules.noteTrouble(id, null);
      } catch (error) {
        const why = error instanceof Failure ? error.message : 'It could not be begun; the log of the worker says why.';
        this.logger.warn({ err: error, schedule: id }, 'a scheduled audit could not be begun');
        await this.schedules.noteTrouble(id, why);
      }
    }
  }
}
