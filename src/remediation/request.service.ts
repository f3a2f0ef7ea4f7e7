/** From what somebody asks for to a request in the terms of `src/remedy`: names become hosts, ids become lives. */
import { Injectable } from '@nestjs/common';
import type { Rung, ServiceManager } from '../contract/index.js';
import { Failure } from '../platform/errors.js';
import type { Person } from '../platform/principal.js';
import { together } from '../platform/together.js';
import type { JobRequest, Wanted, WantedProcess } from '../remedy/index.js';
import { BootStore } from '../store/boot.store.js';
import { HostStore } from '../store/host.store.js';
import { ProcessStore } from '../store/process.store.js';
import { parseLifeId, type HostRow } from '../store/rows.js';
import { storableText } from '../store/text.js';
import { badRequest, type JobInput } from './job.input.js';

/** More hosts than that are no selector's meaning. */
const hostsMax = 500;

export interface Resolved {
  readonly request: JobRequest;
  /** Of the request, in its order. */
  readonly hosts: readonly HostRow[];
}

/** Of requests that come at one moment. */
const askedTogetherMax = 100;

interface WantedPid {
  readonly hostId: number;
  readonly pid: number;
}

@Injectable()
export class RequestService {
  private readonly hostsNamed = together(async (names: readonly string[]) => {
    const hostsOf = await this.hosts.named(names);
    return names.map(hostsOf);
  }, askedTogetherMax);
  private readonly lifeOfPid = together(async (all: readonly WantedPid[]) => {
    const lives = await this.processes.livesOfPids(all);
    const found = new Map(lives.map((life) => [`${life.host_id}:${life.pid}`, life]));
    return all.map(({ hostId, pid }) => found.get(`${hostId}:${pid}`) ?? null);
  }, askedTogetherMax);

  constructor(
    private readonly hosts: HostStore,
    private readonly processes: ProcessStore,
    private readonly boots: BootStore,
  ) {}

  /**
   * @throws Failure `remediation/unknown-host`, `remediation/unknown-process` (404), `remediation/ambiguous-host` (409),
   * `remediation/bad-request` (400).
   */
  async resolve(input: JobInput, person: Person): Promise<Resolved> {
    const hosts = await this.hostsOf(input);
    const request = {
      wanted: await this.wanted(input, hosts[0]!),
      hosts: hosts.map(({ machine_id }) => machine_id),
      maxHosts: input.maxHosts ?? 1,
      requester: { kind: 'person' as const, name: person.name },
      reason: storableText(input.reason),
    };
    return { request, hosts };
  }

  private async hostsOf({ host: name, hostId, selector }: JobInput): Promise<HostRow[]> {
    if (name !== null) return [theOne(name, await this.hostsNamed(name))];
    if (hostId !== null) {
      const hosts = await this.hosts.byIds([hostId]);
      if (hosts.length === 0) throw unknown('host', `No host with the id ${hostId} is enrolled.`);
      return hosts;
    }
    const rung = selector!.rung && (selector!.rung.toLowerCase() as Rung);
    const { name: part, names, labels } = selector!;
    const all = await this.hosts.page({ name: part, rung, labels }, null, hostsMax + 1);
    const hosts = all.filter((host) => names === null || names.includes(host.name));
    if (hosts.length === 0) throw unknown('host', 'No host meets the selector.');
    if (all.length > hostsMax) throw badRequest('selector', `More than ${hostsMax} hosts meet it: make it narrower.`);
    return hosts;
  }

  private async wanted(input: JobInput, host: HostRow): Promise<Wanted> {
    const { action } = input;
    if (action === 'REBOOT_HOST') return { action };
    if (action === 'RESTART_SERVICE' && input.unit !== null) {
      const manager = input.manager && (input.manager.toLowerCase() as ServiceManager);
      return { action, service: { name: input.unit, manager } };
    }
    const process = await this.process(input, host);
    if (action === 'RESTART_SERVICE') return { action, service: { process } };
    if (action === 'SIGNAL_PROCESS') return { action, process, signal: input.signal! };
    if (action === 'SET_OOM_SCORE_ADJ') return { action, process, oomScoreAdj: input.oomScoreAdj! };
    return { action, process };
  }

  private async process({ process, pid }: JobInput, host: HostRow): Promise<WantedProcess> {
    const life = process === null ? await this.byPid(host, pid!) : await this.byId(host, process);
    if (life) return life;
    const what = process === null ? `No process with pid ${pid}` : `No process ${JSON.stringify(process)}`;
    throw unknown('process', `${what} is known on host ${JSON.stringify(host.name)}.`);
  }

  private async byPid(host: HostRow, pid: number): Promise<WantedProcess | null> {
    const life = await this.lifeOfPid({ hostId: host.id, pid });
    return life && { bootId: life.boot_id, ref: { pid, start: String(life.start_ns) } };
  }

  private async byId(host: HostRow, id: string): Promise<WantedProcess | null> {
    const key = parseLifeId(id);
    const [row] = key ? await this.processes.byKeys([key]) : [];
    if (!key || row?.host_id !== host.id) return null;
    const bootId = await this.boots.bootId(key.boot);
    return bootId === null ? null : { bootId, ref: { pid: key.pid, start: String(key.start_ns) } };
  }
}

/** Two that share a name are two machines: which one was meant, nobody guesses. */
function theOne(name: string, hosts: readonly HostRow[]): HostRow {
  const [host, ...others] = hosts;
  if (!host) throw unknown('host', `No host named ${JSON.stringify(name)} is enrolled.`);
  if (others.length === 0) return host;
  const seen = hosts.map(({ id, last_seen_at: at }) => `${id} (${at ? `heard ${at.toISOString()}` : 'never heard'})`);
  const detail = `Nothing was stored: ${hosts.length} hosts are named ${JSON.stringify(name)}: ${seen.join(', ')}. Name one by \`hostId\`.`;
  const extra = { hostIds: hosts.map(({ id }) => String(id)) };
  throw new Failure({ code: 'remediation/ambiguous-host', status: 409, detail, extra });
}

function unknown(what: 'host' | 'process', detail: string): Failure {
  return new Failure({ code: `remediation/unknown-${what}`, status: 404, detail: `Nothing was stored: ${detail}` });
}
