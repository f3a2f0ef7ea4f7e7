/** Audits: begun by people and schedules, stopped, ended. What agents answer is answer.service.ts. */
import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { filterCheck, type Rung, type ServerCheck } from '../contract/index.js';
import { Failure } from '../platform/errors.js';
import { AuditStore, auditIdPattern, type NewAudit } from '../store/audit.store.js';
import type { AuditProgressRow, NewFinding } from '../store/audit.rows.js';
import { HostStore } from '../store/host.store.js';
import type { HostRow } from '../store/rows.js';
import { badRequest, parseAuditInput, type Asked } from './audit.input.js';
import { isByServer } from './checks.js';
import { serverJudges, type Known } from './server-checks.js';

export const hostsMax = 5_000;
/** More at a time would ask agents more than they answer. */
const runningMax = 20;

@Injectable()
export class AuditService {
  constructor(
    private readonly audits: AuditStore,
    private readonly hosts: HostStore,
  ) {}

  /**
   * @param value as the caller sent it
   * @throws Failure `audit/bad-request` (400), `audit/unknown-host` (404), `audit/too-many` (429).
   */
  async run(value: unknown, requestedBy: string): Promise<AuditProgressRow> {
    const asked = parseAuditInput(value);
    const hosts = await this.hostsOf(asked);
    const running = await this.audits.page({ state: ['RUNNING'] }, null, runningMax);
    if (running.length >= runningMax) throw tooMany();
    const at = new Date();
    const ofAgents = asked.checks.filter((check) => !isByServer(check));
    const isAsked = ofAgents.length > 0 || asked.filter !== null;
    const audit: NewAudit = {
      id: randomUUID(),
      created_at: at,
      expires_at: new Date(at.getTime() + asked.expiresInSeconds * 1_000),
      state: 'RUNNING',
      name: asked.name,
      requested_by: requestedBy,
      series: asked.series,
      checks: [...asked.checks, ...(asked.filter === null ? [] : [filterCheck])],
      filter: asked.filter,
      long_lived_seconds: asked.longLivedSeconds,
    };
    const ids = hosts.map(({ id }) => id);
    await this.audits.add(audit, ids, await this.known(audit, hosts, at), isAsked);
    if (!isAsked) await this.audits.endDue([audit.id]);
    return (await this.audits.byId(audit.id))!;
  }

  /** @throws Failure `audit/unknown-audit` (404), `audit/over` (409). */
  async stop(id: string): Promise<AuditProgressRow> {
    const stopped = auditIdPattern.test(id) && (await this.audits.stop(id));
    const audit = await this.audits.byId(id);
    if (!audit) throw unknownAudit();
    if (stopped) return audit;
    const detail = `Nothing was changed: the audit is ${audit.state} already.`;
    throw new Failure({ code: 'audit/over', status: 409, detail, extra: { state: audit.state } });
  }

  private async hostsOf({ host: name, selector }: Asked): Promise<HostRow[]> {
    if (name !== null) {
      const host = await this.hosts.byName(name);
      if (host) return [host];
      throw unknownHost(`No host named ${JSON.stringify(name)} is enrolled.`);
    }
    const rung = selector?.rung && (selector.rung.toLowerCase() as Rung);
    const all = await this.hosts.page({ name: selector?.name ?? null, rung: rung ?? null }, null, hostsMax + 1);
    if (all.length > hostsMax) throw badRequest('selector', `More than ${hostsMax} hosts meet it: make it narrower.`);
    const names = selector?.names ? new Set(selector.names) : null;
    const hosts = all.filter((host) => names === null || names.has(host.name));
    if (hosts.length === 0) throw unknownHost('No host meets the selector.');
    return hosts;
  }

  private async known({ id, checks }: NewAudit, hosts: readonly HostRow[], at: Date): Promise<NewFinding[]> {
    const own = checks.filter((check): check is ServerCheck => isByServer(check));
    if (own.length === 0) return [];
    const ids = hosts.map((host) => host.id);
    const known: Known = {
      hosts,
      at,
      cutStops: own.includes('STOPS_CUT_SHORT') ? await this.audits.cutStops(ids, at) : [],
      versions: own.includes('AGENT_OUTDATED') ? await this.hosts.agentVersions() : [],
    };
    return own.flatMap((check) => serverJudges[check](known).map((found) => ({ ...found, audit_id: id, check })));
  }
}

export function unknownAudit(): Failure {
  return new Failure({ code: 'audit/unknown-audit', status: 404, detail: 'There is no audit of that id.' });
}

function unknownHost(detail: string): Failure {
  return new Failure({ code: 'audit/unknown-host', status: 404, detail: `Nothing was asked: ${detail}` });
}

function tooMany(): Failure {
  const detail = `Nothing was asked: ${runningMax} audits are running. Stop one, or wait.`;
  return new Failure({ code: 'audit/too-many', status: 429, detail, retryAfterSeconds: 60 });
}
