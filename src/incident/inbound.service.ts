/** What tools get that call our hooks: what died there lately and why; and a job, which waits for somebody to approve it. */
import { Injectable } from '@nestjs/common';
import { Failure } from '../platform/errors.js';
import type { Person } from '../platform/principal.js';
import { JobDesk } from '../queue/job-desk.js';
import { DeathStore } from '../store/death.store.js';
import { HostStore } from '../store/host.store.js';
import { ProcessStore } from '../store/process.store.js';
import { lifeId, type DeathRow, type ProcessRow } from '../store/rows.js';
import type { ContextReply, JobAskedReply } from './inbound.reply.js';

export const contextMinutes = 15;
const deathsMax = 50;

export interface AskedJob {
  readonly host: string;
  readonly unit: string;
  readonly reason: string;
  /** The same request, sent again, asks for one job. */
  readonly key: string;
}

@Injectable()
export class InboundService {
  constructor(
    private readonly deaths: DeathStore,
    private readonly hosts: HostStore,
    private readonly processes: ProcessStore,
    private readonly desk: JobDesk,
  ) {}

  /** @param name as a tool calls the host: perhaps with a port, or with its domain */
  async context(name: string | null, minutes: number, now: Date): Promise<ContextReply> {
    const since = new Date(now.getTime() - minutes * 60_000);
    const host = name === null ? null : await this.host(name);
    const nothing = { host: name, isKnown: false, since: since.toISOString(), deaths: [], isCut: false };
    if (host === null) return nothing;
    const rows = await this.deaths.page({ hostId: host.id, since }, { after: null, limit: deathsMax + 1 });
    const shown = rows.slice(0, deathsMax);
    const processes = new Map((await this.processes.byKeys(shown)).map((row) => [lifeId(row), row]));
    const deaths = shown.map((row) => deathOf(row, processes.get(lifeId(row))));
    return { ...nothing, host: host.name, isKnown: true, deaths, isCut: rows.length > deathsMax };
  }

  /** As an operator at most: what a machine asks for, a person has to approve. What the guards object to is told, not thrown. */
  async ask({ host, unit, reason, key }: AskedJob, by: Person): Promise<JobAskedReply> {
    const known = await this.host(host);
    const input = { action: 'RESTART_SERVICE', host: known?.name ?? host, unit, reason, idempotencyKey: key };
    try {
      const { id, state, detail } = await this.desk.request(input, { ...by, role: 'operator' });
      return { id, state, code: null, detail };
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      return { id: null, state: null, code: error.code, detail: error.message };
    }
  }

  private async host(name: string) {
    for (const spelling of spellings(name)) {
      const host = await this.hosts.byName(spelling);
      if (host) return host;
    }
    return null;
  }
}

/** `web-1.example.org:9100`, without its port, without its domain. */
function spellings(name: string): Set<string> {
  const bare = name.replace(/:\d{1,5}$/, '');
  const [first = bare] = bare.split('.');
  const isAddress = /^[\d.]+$|:/.test(bare);
  return new Set(isAddress ? [name, bare] : [name, bare, first]);
}

function deathOf(death: DeathRow, process: ProcessRow | undefined): ContextReply['deaths'][number] {
  const { summary, summary_zh } = death;
  return {
    id: lifeId(death),
    at: death.died_at.toISOString(),
    pid: death.pid,
    comm: process?.comm ?? null,
    exe: process?.exe ?? null,
    unit: process?.unit ?? null,
    exitCode: death.exit_code,
    signal: death.signal,
    cause: death.cause,
    actor: death.actor_kind,
    confidence: death.confidence,
    summary: summary === null ? null : { en: summary, zh: summary_zh ?? summary },
  };
}
