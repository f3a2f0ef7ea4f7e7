/**
 * Loads what jobs are planned by (src/remedy/job-facts.ts): for many at once, in a number of statements that depends neither on
 * how many jobs nor on how many hosts. Changes nothing and decides nothing.
 */
import { Inject, Injectable } from '@nestjs/common';
import { limits } from '../contract/index.js';
import {
  wantedProcess,
  type HostFacts,
  type JobFacts,
  type JobRequest,
  type PolicyFacts,
  type TargetFacts,
  type ZombieFacts,
} from '../remedy/index.js';
import { restartOf, type Cause } from '../verdict/index.js';
import { BootStore } from './boot.store.js';
import { DeathStore } from './death.store.js';
import { FactsStore } from './facts.store.js';
import { groupBy, Lineage } from './facts.rows.js';
import type { JobPosition } from './job.store.js';
import { processTarget, serviceTarget } from './job-target.js';
import { bigints, distinct, keyArrays } from './keys.js';
import type { Db } from './postgres.js';
import { PolicyStore } from './policy.store.js';
import { ProcessStore } from './process.store.js';
import { RestartStore } from './restart.store.js';
import { lifeId, type EpisodeRow, type HostRow, type LifeKey } from './rows.js';
import { run } from './sql.js';
import { DB } from './store.tokens.js';
import { SwitchStore } from './switch.store.js';
import { wantedEnds } from './wanted-ends.js';

/** A stream's heartbeat is stored every ten seconds: three may be lost. */
const streamSilence = '40 seconds';
const lately = '10 minutes';
const deathsMax = 100;
const mainProcessesMax = 16;
/** Boot-clock time after all others. */
const present = 2n ** 63n;

export interface FleetRow {
  readonly hosts: number;
  readonly healthy: number;
  readonly in_trouble: number;
  readonly disturbed: number;
  readonly online_hosts: readonly number[];
  readonly trouble_hosts: readonly number[];
}

interface BootRow {
  readonly host_id: number;
  readonly id: number;
  readonly boot_id: string;
  /** Of its latest agent; null where that did not say. */
  readonly agent_pid: number | null;
  readonly agent_start_ns: bigint | null;
}

interface CountRow {
  /** The number of what was asked for, from 1. */
  readonly item: number;
  readonly fleet: number;
  readonly host: number;
  readonly target: number;
  readonly open_job: string | null;
  readonly last_seconds_ago: number | null;
}

interface DeathOfService extends LifeKey {
  readonly item: number;
  readonly cause: Cause;
}

interface MainProcess extends LifeKey {
  readonly item: number;
  readonly cgroup: string | null;
}

interface ZombieRow extends LifeKey {
  readonly parent_pid: number;
  readonly parent_start_ns: bigint;
  readonly comm: string;
  readonly cgroup: string | null;
}

/** What is to be planned. */
export interface Asked {
  readonly request: JobRequest;
  /** Of the request; one that is not known is left out. */
  readonly hosts: readonly HostRow[];
  /** The job itself, once it is stored: only what came before it counts. */
  readonly before: JobPosition | null;
}

/** One host of what is to be planned. */
interface Item {
  readonly asked: Asked;
  readonly row: HostRow;
  readonly boot: BootRow | undefined;
  /** Latest life of pid 1. */
  readonly init: (LifeKey & { readonly comm: string }) | null;
  /** The agent and its ancestors. */
  readonly agent: HostFacts['agent'];
}

/** An item with what it acts on. */
interface Aimed extends Item {
  /** The service's name, where it was given. */
  readonly name: string | null;
  /** Null where there is no such process. */
  readonly process: LifeKey | null;
  readonly bootId: string | null;
  readonly unitCgroups: readonly string[];
}

type Process = TargetFacts['process'];
type DeathHistory = Pick<TargetFacts['history'], 'deathsLastHour' | 'isRestartLoop'>;

@Injectable()
export class JobFactsStore {
  constructor(
    @Inject(DB) private readonly db: Db,
    private readonly processes: ProcessStore,
    private readonly boots: BootStore,
    private readonly deaths: DeathStore,
    private readonly deathFacts: FactsStore,
    private readonly restarts: RestartStore,
    private readonly switches: SwitchStore,
    private readonly policies: PolicyStore,
  ) {}

  /** The same for all jobs that are looked at together. */
  async fleet(): Promise<FleetRow> {
    return (await run<FleetRow>(this.db, 'fleetTrouble', [streamSilence, lately, [...wantedEnds]]))[0]!;
  }

  /** @returns in the order of what was asked. */
  async of(all: readonly Asked[], fleet: FleetRow): Promise<JobFacts[]> {
    const items = await this.aimed(await this.known(all));
    const [processes, zombies] = await Promise.all([this.processesOf(items), this.zombies(items)]);
    const targets = items.map((item, index) => targetName(item, processes[index]));
    const [counts, histories, policies, { on: passive }] = await Promise.all([
      this.counts(items, targets),
      this.histories(items, processes),
      Promise.all(all.map((asked) => this.policy(asked))),
      this.switches.passive(),
    ]);
    const [online, trouble] = [new Set(fleet.online_hosts), new Set(fleet.trouble_hosts)];
    const facts = items.map((item, index): TargetFacts => {
      const { host: jobsLastHour, ...count } = counts[index]!;
      const isOnline = online.has(item.row.id);
      return {
        host: hostFacts(item, { isOnline, isInTrouble: trouble.has(item.row.id), jobsLastHour }),
        process: processes[index] ?? null,
        zombies: item.process ? (zombies.get(lifeId(item.process)) ?? []) : [],
        unitCgroups: item.unitCgroups,
        history: {
          ...histories[index]!,
          openJob: count.open_job,
          jobsLastHour: count.target,
          lastJobSecondsAgo: count.last_seconds_ago,
        },
      };
    });
    const { hosts, healthy, in_trouble: inTrouble, disturbed } = fleet;
    return all.map((asked, index) => {
      const own = items.flatMap((item, index) => (item.asked === asked ? [index] : []));
      const jobsLastHour = counts[own[0] ?? -1]?.fleet ?? 0;
      return {
        fleet: { passive, hosts, healthy, inTrouble, disturbed, jobsLastHour },
        targets: own.map((index) => facts[index]!),
        policy: policies[index]!,
      };
    });
  }

  /** Null where no policy asks, or none that API or worker wrote. */
  private async policy({ request: { requester }, before }: Asked): Promise<PolicyFacts | null> {
    if (requester.kind !== 'policy') return null;
    const { trusted } = await this.policies.trusted();
    const found = trusted.find(({ policy }) => policy.name === requester.name);
    if (!found) return null;
    const { armed, atMostPerHour } = found.policy;
    return { armed, atMostPerHour, jobsLastHour: await this.policies.jobsLastHour(requester.name, before) };
  }

  private async known(all: readonly Asked[]): Promise<Item[]> {
    const ids = [...new Set(all.flatMap(({ hosts }) => hosts.map(({ id }) => id)))];
    const [boots, inits] = await Promise.all([
      this.db<BootRow[]>`select distinct on (host_id) host_id, id, boot_id, agent_pid, agent_start_ns from boots
        where host_id = any(${ids}::int[]) order by host_id, booted_at desc, id desc`,
      this.processes.livesOfPids(ids.map((id) => ({ hostId: id, pid: 1 }))),
    ]);
    const [bootOf, initOf] = [byHost(boots), byHost(inits)];
    const agents = new Lineage(await this.processes.lineage(boots.flatMap((boot) => agentKey(boot) ?? [])), []);
    return all.flatMap((asked) =>
      asked.hosts.map((row) => {
        const boot = bootOf.get(row.id);
        const key = boot && agentKey(boot);
        const life = key ? agents.at(key, present) : null;
        const agent = life === null ? [] : [life.ref, ...life.ancestry.map(({ ref }) => ref)];
        return { asked, row, boot, init: initOf.get(row.id) ?? null, agent };
      }),
    );
  }

  /** Services by their names have main processes; processes were named by boot, pid and start. */
  private async aimed(items: readonly Item[]): Promise<Aimed[]> {
    const names = items.map(({ asked: { request } }) => serviceName(request));
    const wanted = items.map(({ asked: { request } }) => wantedProcess(request.wanted));
    const [mains, boots] = await Promise.all([
      this.mainProcesses(items, names),
      this.boots.byBootIds(
        items.flatMap(({ row }, at) => (wanted[at] ? [{ hostId: row.id, bootId: wanted[at].bootId }] : [])),
      ),
    ]);
    return items.map((item, at) => {
      const main = mains.get(at) ?? [];
      const process = wanted[at];
      const boot = process && boots(item.row.id, process.bootId);
      const unitCgroups = [...new Set(main.flatMap(({ cgroup }) => cgroup ?? []))];
      const common = { ...item, name: names[at]!, unitCgroups };
      if (!process) return { ...common, process: main[0] ?? null, bootId: item.boot?.boot_id ?? null };
      const { pid, start } = process.ref;
      const key = typeof boot === 'number' ? { boot, pid, start_ns: BigInt(start) } : null;
      return { ...common, process: key, bootId: process.bootId };
    });
  }

  /** By the index of the item. */
  private async mainProcesses(
    items: readonly Item[],
    names: readonly (string | null)[],
  ): Promise<Map<number, MainProcess[]>> {
    const asked = items.flatMap(({ boot, init }, at) => {
      const name = names[at]!;
      return name !== null && boot && init?.boot === boot.id ? [{ at, boot, init, unit: unitOf(name) }] : [];
    });
    if (asked.length === 0) return new Map();
    const rows = await run<MainProcess>(this.db, 'unitsMainProcesses', [
      asked.map(({ boot }) => boot.id),
      bigints(asked.map(({ init }) => init.start_ns)),
      asked.map(({ unit }) => unit),
      mainProcessesMax,
    ]);
    return byItem(rows, (item) => asked[item]!.at);
  }

  private async processesOf(items: readonly Aimed[]): Promise<Process[]> {
    const keys = distinct(items.flatMap(({ process }) => process ?? []));
    if (keys.length === 0) return items.map(() => null);
    const [rows, open] = await Promise.all([
      this.processes.lineage(keys),
      run<LifeKey & Pick<EpisodeRow, 'state' | 'wait_channel'>>(this.db, 'openEpisodes', keyArrays(keys)),
    ]);
    const lineage = new Lineage(rows, []);
    const episodes = new Map(open.map((row) => [lifeId(row), { state: row.state, waitChannel: row.wait_channel }]));
    return items.map(({ process, bootId }) => {
      const facts = process && lineage.at(process, present);
      if (!facts || bootId === null) return null;
      return { ...facts, bootId, oomScoreAdj: null, episode: episodes.get(lifeId(process)) ?? null };
    });
  }

  /** By the `lifeId` of the parent. */
  private async zombies(items: readonly Aimed[]): Promise<Map<string, ZombieFacts[]>> {
    const parents = distinct(
      items.flatMap(({ asked: { request }, process }) =>
        request.wanted.action === 'KILL_ZOMBIE_PARENT' ? (process ?? []) : [],
      ),
    );
    if (parents.length === 0) return new Map();
    const rows = await run<ZombieRow>(this.db, 'zombiesOf', [...keyArrays(parents), limits.zombiesMax]);
    const ofParents = groupBy(rows, ({ boot, parent_pid, parent_start_ns }) =>
      lifeId({ boot, pid: parent_pid, start_ns: parent_start_ns }),
    );
    return new Map([...ofParents].map(([parent, zombies]) => [parent, zombies.map(zombieFacts)]));
  }

  private async counts(items: readonly Aimed[], targets: readonly string[]): Promise<CountRow[]> {
    if (items.length === 0) return [];
    const before = items.map(({ asked }) => asked.before);
    const rows = await run<CountRow>(this.db, 'jobCounts', [
      items.map(({ row }) => row.id),
      [...targets],
      before.map((position) => position?.created_at.toISOString() ?? null),
      before.map((position) => position?.id ?? null),
    ]);
    return rows.toSorted((a, b) => a.item - b.item);
  }

  private async histories(items: readonly Aimed[], processes: readonly Process[]): Promise<DeathHistory[]> {
    const services = items.flatMap((item, at) => {
      if (item.asked.request.wanted.action !== 'RESTART_SERVICE') return [];
      const process = processes[at];
      const [unit, container] = [item.name ?? process?.unit ?? null, process?.container?.id ?? null];
      return unit === null && container === null ? [] : [{ at, hostId: item.row.id, unit, container }];
    });
    if (services.length === 0) return items.map(() => noHistory);
    const rows = await run<DeathOfService>(this.db, 'deathsOfServices', [
      services.map(({ hostId }) => hostId),
      services.map(({ unit }) => (unit !== null && !unit.includes('.') ? `${unit}.service` : unit)),
      services.map(({ container }) => container),
      deathsMax,
    ]);
    const deaths = byItem(rows, (item) => services[item]!.at);
    const isLoop = await this.restartLoops([...deaths.values()].map(([latest]) => latest!));
    return items.map((_, at) => {
      const own = deaths.get(at);
      return own ? { deathsLastHour: mostAlike(own), isRestartLoop: isLoop(own[0]!) } : noHistory;
    });
  }

  private async restartLoops(latest: readonly LifeKey[]): Promise<(key: LifeKey) => boolean> {
    const keys = distinct(latest);
    if (keys.length === 0) return () => false;
    const rows = await this.deaths.byKeys(keys);
    const [followers, facts] = await Promise.all([this.restarts.ofDeaths(rows), this.deathFacts.ofDeaths(keys)]);
    return (key) => {
      const [known, victim] = [followers.get(lifeId(key)), facts.get(lifeId(key))];
      return known && victim ? (restartOf(victim, known)?.isLoop ?? false) : false;
    };
  }
}

const noHistory: DeathHistory = { deathsLastHour: null, isRestartLoop: false };

function serviceName({ wanted }: JobRequest): string | null {
  return wanted.action === 'RESTART_SERVICE' && 'name' in wanted.service ? wanted.service.name : null;
}

function unitOf(name: string): string {
  return /\.(service|scope|socket|timer|mount|slice|target|path|swap)$/.test(name) ? name : `${name}.service`;
}

/** What it acts on, on its host, as a short name. */
function targetName({ asked: { request }, name }: Aimed, process: Process | undefined): string {
  const { wanted } = request;
  const service = process?.container?.id ?? name ?? process?.unit ?? null;
  if (wanted.action === 'RESTART_SERVICE' && service !== null) return serviceTarget(service);
  const asked = wantedProcess(wanted);
  return asked ? processTarget(asked.bootId, asked.ref) : 'host';
}

function zombieFacts({ pid, start_ns, comm, cgroup, parent_pid, parent_start_ns }: ZombieRow): ZombieFacts {
  const parent = { pid: parent_pid, start: String(parent_start_ns) };
  return { ref: { pid, start: String(start_ns) }, comm, cgroup, parent };
}

function mostAlike(deaths: readonly DeathOfService[]): DeathHistory['deathsLastHour'] {
  const counts = groupBy(deaths, ({ cause }) => cause);
  const alike = [...counts.values()].reduce((most, next) => (next.length > most.length ? next : most));
  return { cause: alike[0]!.cause, count: alike.length };
}

function byHost<T extends { readonly host_id: number }>(rows: readonly T[]): Map<number, T> {
  return new Map(rows.map((row) => [row.host_id, row]));
}

/** @param indexOf of what was asked for as that number, from 0. */
function byItem<T extends { readonly item: number }>(
  rows: readonly T[],
  indexOf: (item: number) => number,
): Map<number, T[]> {
  const found = new Map<number, T[]>();
  for (const row of rows) {
    const index = indexOf(row.item - 1);
    const own = found.get(index);
    if (own) own.push(row);
    else found.set(index, [row]);
  }
  return found;
}

function agentKey({ id, agent_pid: pid, agent_start_ns: start_ns }: BootRow): LifeKey | null {
  return pid === null || start_ns === null ? null : { boot: id, pid, start_ns };
}

function hostFacts(
  { row, boot, init, agent }: Item,
  now: { readonly isOnline: boolean; readonly isInTrouble: boolean; readonly jobsLastHour: number },
): HostFacts {
  return {
    id: row.machine_id,
    name: row.name,
    bootId: boot?.boot_id ?? null,
    online: now.isOnline,
    seenSecondsAgo: row.last_seen_at && Math.round((Date.now() - row.last_seen_at.getTime()) / 1_000),
    healthy: now.isOnline && !now.isInTrouble,
    rung: row.rung,
    init: init && init.boot === boot?.id ? init.comm : null,
    agent,
    jobsLastHour: now.jobsLastHour,
  };
}
