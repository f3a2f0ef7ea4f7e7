/** Audits, the hosts that they ask and what those have found. */
import { Inject, Injectable } from '@nestjs/common';
import { serverChecks, type Severity } from '../contract/index.js';
import type {
  AuditHostRow,
  AuditHostState,
  AuditProgressRow,
  AuditRow,
  AuditState,
  ComparisonRow,
  CutStopRow,
  FindingCountRow,
  FindingRow,
  NewFinding,
} from './audit.rows.js';
import { notifyAudits, notifyMessages, type Tx } from './notifications.js';
import type { Db } from './postgres.js';
import { run } from './sql.js';
import { DB } from './store.tokens.js';
import { storable, textOrNull } from './text.js';

export interface AuditCriteria {
  readonly state?: readonly AuditState[] | null;
  readonly requestedBy?: string | null;
  readonly since?: Date | null;
  readonly until?: Date | null;
}

export interface FindingCriteria {
  readonly check?: readonly string[] | null;
  readonly severity?: readonly Severity[] | null;
  readonly hostId?: number | null;
  /** Those that the other run has, or has not. */
  readonly compared?: { readonly audit: string; readonly has: boolean } | null;
}

/** Where a page of audits begins: after this one. */
export type AuditPosition = Pick<AuditRow, 'created_at' | 'id'>;
export type NewAudit = Omit<AuditRow, 'updated_at' | 'ended_at'>;
export type HostAnswer = Omit<AuditHostRow, 'sent_at' | 'answered_at'>;

export const auditIdPattern = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const ownChecks: string[] = [...serverChecks];
const cutStopsReachMs = 7 * 24 * 3_600_000;

@Injectable()
export class AuditStore {
  constructor(@Inject(DB) private readonly db: Db) {}

  /** Newest first. */
  async page(where: AuditCriteria, after: AuditPosition | null, limit: number): Promise<AuditProgressRow[]> {
    const position = [after?.created_at ?? null, after?.id ?? null, null];
    return run<AuditProgressRow>(this.db, 'auditsPage', [...criteria(where), ...position, limit]);
  }

  /** Those of the given audits that meet the criteria. */
  async matching(where: AuditCriteria, ids: readonly string[]): Promise<AuditProgressRow[]> {
    const only = [null, null, ids.filter((id) => auditIdPattern.test(id)), ids.length];
    return run<AuditProgressRow>(this.db, 'auditsPage', [...criteria(where), ...only]);
  }

  /** Null also for what is no id. */
  async byId(id: string): Promise<AuditProgressRow | null> {
    return (await this.matching({}, [id]))[0] ?? null;
  }

  /** The run before of what was asked of the same hosts. */
  async before({ series, created_at, id }: AuditRow): Promise<AuditProgressRow | null> {
    const [row] = await this.db<{ id: string }[]>`
      select id from audits where series = ${series} and created_at <= ${created_at} and id <> ${id}
      order by created_at desc limit 1`;
    return row ? this.byId(row.id) : null;
  }

  /** `isAsked`: agents are; otherwise the server has answered for all of them. */
  async add(
    audit: NewAudit,
    hostIds: readonly number[],
    findings: readonly NewFinding[],
    isAsked: boolean,
  ): Promise<void> {
    const { filter, ...rest } = audit;
    const row = { ...storable(rest), checks: [...audit.checks], updated_at: audit.created_at };
    await this.db.begin(async (transaction) => {
      const tx = transaction as Tx;
      await tx`insert into audits ${tx({ ...row, filter: filter === null ? null : tx.json(filter) })}`;
      await tx`insert into audit_hosts (audit_id, host_id, state)
        select ${audit.id}::uuid, unnest(${[...hostIds]}::int[]), ${isAsked ? 'WAITING' : 'ANSWERED'}`;
      await insertFindings(tx, findings);
      await notifyAudits(tx, [audit.id]);
      if (isAsked) await notifyMessages(tx, hostIds);
    });
  }

  /** @returns false when the audit or the host's part of it is over: then nothing was stored. */
  async answer(answer: HostAnswer, findings: readonly NewFinding[]): Promise<boolean> {
    return (await this.db.begin(async (transaction) => {
      const tx = transaction as Tx;
      const { audit_id, host_id, state, boot, processes, duration_ms, code, detail, cut, skipped } = storable(answer);
      const [taken] = await run(tx, 'answerAudit', [
        ...[audit_id, host_id, state, boot, processes, duration_ms, code, detail],
        ...[JSON.stringify(cut), JSON.stringify(skipped)],
      ]);
      if (!taken) return false;
      await insertFindings(tx, findings);
      await notifyAudits(tx, [audit_id]);
      return true;
    })) as boolean;
  }

  /** What a host's part in an audit is, where it has one. */
  async hostState(auditId: string, hostId: number): Promise<AuditHostState | null> {
    const [row] = await this.db<{ state: AuditHostState }[]>`
      select state from audit_hosts where audit_id = ${auditId} and host_id = ${hostId}`;
    return row?.state ?? null;
  }

  /** Ends what all hosts have answered, or what time has run out for. */
  async endDue(ids: readonly string[] | null): Promise<void> {
    await this.db.begin(async (transaction) => {
      const tx = transaction as Tx;
      const ended = await run<{ id: string }>(tx, 'endAudits', [ids && [...ids]]);
      await notifyAudits(
        tx,
        ended.map(({ id }) => id),
      );
    });
  }

  /** @returns false when it had ended before. */
  async stop(id: string): Promise<boolean> {
    return (await this.db.begin(async (transaction) => {
      const tx = transaction as Tx;
      const [stopped] = await tx`update audits set state = 'STOPPED', updated_at = now(), ended_at = now()
        where id = ${id} and state = 'RUNNING' returning id`;
      if (!stopped) return false;
      await tx`update audit_hosts set state = 'UNANSWERED' where audit_id = ${id} and state = 'WAITING'`;
      await notifyAudits(tx, [id]);
      return true;
    })) as boolean;
  }

  /** By host id. */
  async hosts(
    id: string,
    states: readonly AuditHostState[] | null,
    after: number,
    limit: number,
  ): Promise<AuditHostRow[]> {
    return this.db<AuditHostRow[]>`
      select * from audit_hosts where audit_id = ${id} and host_id > ${after}
        and (${states && [...states]}::text[] is null or state = any (${states && [...states]}::text[]))
      order by host_id limit ${limit}`;
  }

  /** In the order in which they came. */
  async findings(id: string, where: FindingCriteria, after: bigint | null, limit: number): Promise<FindingRow[]> {
    const { check, severity, hostId, compared } = where;
    return run<FindingRow>(this.db, 'auditFindingsPage', [
      ...[id, check && [...check], severity && [...severity], hostId, after].map((value) => value ?? null),
      ...[compared?.audit ?? null, compared?.has ?? null, ownChecks, limit],
    ]);
  }

  async findingCounts(id: string): Promise<FindingCountRow[]> {
    return this.db<FindingCountRow[]>`
      select severity, count(*)::int as count from audit_findings where audit_id = ${id} group by severity`;
  }

  async compare(id: string, other: string): Promise<ComparisonRow> {
    const [row] = await run<ComparisonRow & Record<string, unknown>>(this.db, 'auditComparison', [
      id,
      other,
      ownChecks,
    ]);
    return row!;
  }

  async cutStops(hostIds: readonly number[], at: Date): Promise<CutStopRow[]> {
    const since = new Date(at.getTime() - cutStopsReachMs);
    return run<CutStopRow & Record<string, unknown>>(this.db, 'stopsCutShort', [[...hostIds], since]);
  }
}

async function insertFindings(tx: Tx, findings: readonly NewFinding[]): Promise<void> {
  if (findings.length > 0) await run(tx, 'insertAuditFindings', [JSON.stringify(storable(findings))]);
}

function criteria({ state, requestedBy, since, until }: AuditCriteria): unknown[] {
  return [state ? [...state] : null, textOrNull(requestedBy), since ?? null, until ?? null];
}
