/**
 * Incidents, their notices, and silences. What changes of incidents is decided by src/incident, within a transaction of ours in
 * which the incidents are locked; one worker at a time groups.
 */
import { Inject, Injectable } from '@nestjs/common';
import type { IncidentSettings } from '../platform/env.js';
import type { IncidentRow, NoticeRow, SilenceRow } from './incident.rows.js';
import { IncidentTransaction } from './incident.transaction.js';
import type { Tx } from './notifications.js';
import type { Db } from './postgres.js';
import { run } from './sql.js';
import { DB } from './store.tokens.js';
import { storable, storableText, textOrNull } from './text.js';

export interface IncidentCriteria {
  readonly kind?: readonly string[] | null;
  readonly state?: readonly string[] | null;
  readonly severity?: readonly string[] | null;
  readonly hostId?: number | null;
  readonly unit?: string | null;
  readonly exe?: string | null;
  readonly cause?: readonly string[] | null;
  readonly since?: Date | null;
  readonly until?: Date | null;
  readonly fleet?: boolean | null;
}

/** Where a page begins: after this one. */
export type IncidentPosition = Pick<IncidentRow, 'opened_at' | 'id'>;
export type SilencePosition = Pick<SilenceRow, 'created_at' | 'id'>;

export interface MemberPosition {
  readonly at: Date;
  readonly ref: string;
}

/** In one turn; the rest waits for the next. */
const notedMax = 1_000;
export const uuidPattern = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

@Injectable()
export class IncidentStore {
  constructor(@Inject(DB) private readonly db: Db) {}

  async transaction<T>(work: (tx: IncidentTransaction) => Promise<T>): Promise<T> {
    return (await this.db.begin((tx) => work(new IncidentTransaction(tx as Tx)))) as T;
  }

  /** The same, while no other worker does. */
  async alone<T>(work: (tx: IncidentTransaction) => Promise<T>): Promise<T> {
    return (await this.db.begin(async (tx) => {
      await tx`select pg_advisory_xact_lock(hashtext('whodunit incidents'))`;
      return work(new IncidentTransaction(tx as Tx));
    })) as T;
  }

  /** Episodes that last and hosts that are silent go onto the list of troubles. @param listening since when hosts could be heard */
  async note({ episodeMs, silentMs }: IncidentSettings, listening: Date): Promise<void> {
    await run(this.db, 'noteLastingEpisodes', [milliseconds(episodeMs), notedMax]);
    await run(this.db, 'noteSilentHosts', [milliseconds(silentMs), listening, notedMax]);
  }

  /** Newest first. */
  async page(where: IncidentCriteria, after: IncidentPosition | null, limit: number): Promise<IncidentRow[]> {
    const from = [after?.opened_at ?? null, after?.id ?? null, null];
    return run<IncidentRow & Row>(this.db, 'incidentsPage', [...criteria(where), ...from, limit]);
  }

  /** Those of the given incidents that meet the criteria. */
  async matching(where: IncidentCriteria, among: readonly string[]): Promise<IncidentRow[]> {
    const these = [null, null, [...among], among.length];
    return run<IncidentRow & Row>(this.db, 'incidentsPage', [...criteria(where), ...these]);
  }

  /** Null also for what is no id. */
  async byId(id: string): Promise<IncidentRow | null> {
    return uuidPattern.test(id) ? ((await this.matching({}, [id]))[0] ?? null) : null;
  }

  /** What an incident counts of one kind, newest first; what has become part of another is found there. */
  async members(incident: IncidentRow, kind: string, after: MemberPosition | null, limit: number) {
    const { id, merged_into, host_id } = incident;
    const of = merged_into === null ? [id, kind, null] : [merged_into, kind, host_id];
    const from = [after?.at ?? null, after?.ref ?? null, limit];
    return run<MemberPosition & Row>(this.db, 'membersPage', [...of, ...from]);
  }

  /** Newest first. */
  async notices(incident: string, before: bigint | null, limit: number): Promise<NoticeRow[]> {
    return run<NoticeRow & Row>(this.db, 'noticesPage', [incident, before, limit]);
  }

  /** Newest first. */
  async silences(
    states: readonly string[] | null,
    after: SilencePosition | null,
    limit: number,
  ): Promise<SilenceRow[]> {
    const from = [after?.created_at ?? null, after?.id ?? null, null];
    return run<SilenceRow & Row>(this.db, 'silencesPage', [states, ...from, limit]);
  }

  async silencesById(among: readonly string[]): Promise<SilenceRow[]> {
    const known = among.filter((id) => uuidPattern.test(id));
    return run<SilenceRow & Row>(this.db, 'silencesPage', [null, null, null, known, known.length]);
  }

  async addSilence(silence: SilenceRow): Promise<void> {
    const { id, host, unit, exe, cause, labels, starts_at, ends_at, comment, created_by, created_at } = silence;
    const [hosts, units, exes, causes] = storable([host, unit, exe, cause].map((list) => [...list]));
    await this.db`
      insert into silences (id, host, unit, exe, cause, labels, starts_at, ends_at, comment, created_by, created_at)
      values (${id}, ${hosts!}, ${units!}, ${exes!}, ${causes!}, ${this.db.json(storable(labels))}, ${starts_at}, ${ends_at},
        ${storableText(comment)}, ${created_by}, ${created_at})`;
  }

  /** @returns false when it is over already. */
  async endSilence(id: string, by: string, at: Date): Promise<boolean> {
    const ended = await this.db`
      update silences set ends_at = ${at}, starts_at = least(starts_at, ${at}), ended_by = ${by}
      where id = ${id} and ends_at > ${at} returning id`;
    return ended.length > 0;
  }
}

type Row = Record<string, unknown>;

function criteria(where: IncidentCriteria): unknown[] {
  return [
    where.kind ?? null,
    where.state ?? null,
    where.severity ?? null,
    where.hostId ?? null,
    textOrNull(where.unit),
    textOrNull(where.exe),
    where.cause ?? null,
    where.since ?? null,
    where.until ?? null,
    where.fleet ?? null,
  ];
}

function milliseconds(ms: number): string {
  return `${ms} ms`;
}
