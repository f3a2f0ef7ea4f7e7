/** What was told and asked is kept for a set time, then forgotten, in steps that are small enough to keep nobody waiting. */
import { Inject, Injectable } from '@nestjs/common';
import type { RetentionSettings } from '../platform/env.js';
import type { Db } from './postgres.js';
import { run, type Statement } from './sql.js';
import { DB } from './store.tokens.js';

/** Parts first: what is whole goes once it is empty. */
const steps: readonly (readonly [Statement, keyof RetentionSettings, rows: number])[] = [
  ['forgetAttempts', 'deliveriesMs', 5_000],
  ['forgetDeliveries', 'deliveriesMs', 5_000],
  ['forgetMembers', 'incidentsMs', 5_000],
  // With up to some hundreds of notices each.
  ['forgetIncidents', 'incidentsMs', 200],
  ['forgetSilences', 'incidentsMs', 5_000],
  ['forgetFindings', 'auditsMs', 5_000],
  // With a row for each host.
  ['forgetAudits', 'auditsMs', 10],
  ['forgetSchedules', 'auditsMs', 1_000],
];
const turnsInCall = 20;

@Injectable()
export class RetentionStore {
  constructor(@Inject(DB) private readonly db: Db) {}

  /** Each step is a transaction of its own. @param turnsMax steps of each kind; the rest waits for the next call */
  async forget(keep: RetentionSettings, now: Date, turnsMax = turnsInCall): Promise<void> {
    for (const [statement, setting, rows] of steps) {
      const before = new Date(now.getTime() - keep[setting]);
      let turns = 0;
      while (turns < turnsMax && (await this.step(statement, before, rows)) === rows) turns += 1;
    }
  }

  /** @returns how many rows went. */
  private async step(statement: Statement, before: Date, rows: number): Promise<number> {
    const [row] = await run<{ gone: number }>(this.db, statement, [before, rows]);
    return row!.gone;
  }
}
