/**
 * What waits for agents besides commands, for whoever holds their streams: an event, and its data. Features put it there by their own
 * tables and say so by `notifyMessages`; it is written again on each new connection until it does not wait any more.
 */
import { Inject, Injectable } from '@nestjs/common';
import { agentChecks, type AuditProcessFilter, type Question } from '../contract/index.js';
import type { Db } from './postgres.js';
import { run } from './sql.js';
import { DB } from './store.tokens.js';

export interface Message {
  readonly hostId: number;
  readonly id: string;
  readonly event: 'question';
  readonly data: string;
}

interface QuestionRow {
  readonly host_id: number;
  readonly id: string;
  readonly checks: string[];
  readonly filter: AuditProcessFilter | null;
  readonly long_lived_seconds: number;
  readonly expires_at: Date;
}

@Injectable()
export class MessageStore {
  constructor(@Inject(DB) private readonly db: Db) {}

  /** They count as sent from now on. */
  async take(hostIds: readonly number[]): Promise<Message[]> {
    if (hostIds.length === 0) return [];
    const rows = await run<QuestionRow & Record<string, unknown>>(this.db, 'takeQuestions', [[...hostIds]]);
    return rows.map((row) => ({
      hostId: row.host_id,
      id: row.id,
      event: 'question',
      data: JSON.stringify(questionOf(row)),
    }));
  }
}

function questionOf({ id, checks, filter, long_lived_seconds, expires_at }: QuestionRow): Question {
  return {
    version: 1,
    id,
    expiresInSeconds: Math.max(1, Math.ceil((expires_at.getTime() - Date.now()) / 1_000)),
    checks: checks.filter((check) => agentChecks.some((known) => known === check)),
    ...(filter !== null && { filter }),
    longLivedSeconds: long_lived_seconds,
  };
}
