/** Loads what a job is planned by (src/remedy/job-facts.ts). Changes nothing and decides nothing. */
import { Inject, Injectable } from '@nestjs/common';
import { limits } from '../contract/index.js';
import { wantedProcess, type HostFacts, type JobFacts, type JobRequest, type TargetFacts } from '../remedy/index.js';
import { restartOf, type Cause } from '../verdict/index.js';
import { BootStore } from './boot.store.js';
import { DeathStore } from './death.store.js';
import { FactsStore } from './facts.store.js';
import { groupBy, Lineage } from './facts.rows.js';
import type { JobPosition } from './job.store.js';
import { processTarget, serviceTarget } from './job-target.js';
import type { Db } from './postgres.js';
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
}

interface CountRow {
  readonly host_id: number;
  readonly fleet: number;
  readonly host: number;
  readonly target: number;
  readonly open_job: string | null;
  readonly last_seconds_ago: number | null;
}

interface DeathOfService extends LifeKey {
  readonly cause: Cause;
}

interface Known {
  readonly row: HostRow;
  readonly boot: BootRow | undefined;
  /** `lifeOfPid` of pid 1. */
  readonly init: (LifeKey & { readonly comm: string }) | null;
}

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
  ) {}

  /** The same for all jobs that are looked at together. */
  async fleet(): Promise<FleetRow> {
    return (await run<FleetRow>(this.db, 'fleetTrouble', [streamSilence, lately, [...wantedEnds]]))[0]!;
  }

  /**
   * @param hosts of the request; one that is not known is left out
   * @param before the job itself, once it is stored: only what came before it counts
   */
  async of(
    request: JobRequest,
    hosts: readonly HostRow[],
    fleet: FleetRow,
    before: JobPosition | null,
  ): Promise<JobFacts> {
    const known = await this.known(hosts);
    const parts = await Promise.all(known.map((host) => this.target(request, host)));
    const counts = await this.counts(
      known.map(({ row }) => row.id),
      parts.map(({ target }) => target),
      before,
    );
    const { on: passive } = await this.switches.passive();
    const targets = known.map(({ row, boot, init }, index): TargetFacts => {
      const { history, ...rest } = parts[index]!.facts;
      const count = counts.get(row.id);
      return {
        ...rest,
        host: hostFacts(row, boot, init, fleet, count?.host ?? 0),
        history: {
          ...history,
          openJob: count?.open_job ?? null,
          jobsLastHour: count?.target ?? 0,
          lastJobSecondsAgo: count?.last_seconds_ago ?? null,
        },
      };
    });
    const jobsLastHour = [...counts.values()][0]?.fleet ?? 0;
    const { hosts: all, healthy, in_trouble: inTrouble, disturbed } = fleet;
    return { fleet: { passive, hosts: all, healthy, inTrouble, disturbed, jobsLastHour }, targets, policy: null };
  }

  private async known(hosts: readonly HostRow[]): Promise<Known[]> {
    const ids = hosts.map(({ id }) => id);
    const boots = await this.db<BootRow[]>`select distinct on (host_id) host_id, id, boot_id from boots
      where host_id = any(${ids}::int[]) order by host_id, booted_at desc, id desc`;
    return Promise.all(
      hosts.map(async (row) => ({
        row,
        boot: boots.find(({ host_id }) => host_id === row.id),
        init: await this.processes.lifeOfPid(row.id, 1, null),
      })),
    );
  }

  private async counts(
    hosts: readonly number[],
    targets: readonly string[],
    before: JobPosition | null,
  ): Promise<Map<number, CountRow>> {
    const parameters = [[...hosts], [...targets], before?.created_at ?? null, before?.id ?? null];
    const rows = await run<CountRow>(this.db, 'jobCounts', parameters);
    return new Map(rows.map((row) => [row.host_id, row]));
  }

  /** What it acts on, on this host: its facts, and its short name. */
  private async target({ wanted }: JobRequest, host: Known): Promise<{ facts: PartialTarget; target: string }> {
    const asked = wantedProcess(wanted);
    const isService = wanted.action === 'RESTART_SERVICE';
    const name = isService && 'name' in wanted.service ? wanted.service.name : null;
    const mains = name === null ? [] : await this.mainProcesses(host, name);
    const key = asked ? await this.keyOf(host, asked.bootId, asked.ref) : (mains[0] ?? null);
    const process = key && (await this.process(key, asked?.bootId ?? host.boot!.boot_id));
    const zombies = key && wanted.action === 'KILL_ZOMBIE_PARENT' ? await this.zombies(key) : [];
    const unitCgroups = [...new Set(mains.flatMap(({ cgroup }) => cgroup ?? []))];
    const unit = name ?? process?.unit ?? null;
    const container = process?.container?.id ?? null;
    const history = isService ? await this.serviceHistory(host.row.id, unit, container) : noHistory;
    const service = container ?? unit;
    const target =
      isService && service !== null ? serviceTarget(service) : asked ? processTarget(asked.bootId, asked.ref) : 'host';
    return { facts: { process, zombies, unitCgroups, history }, target };
  }

  private async keyOf(host: Known, bootId: string, ref: { pid: number; start: string }): Promise<LifeKey | null> {
    const boot = await this.boots.byBootId(host.row.id, bootId);
    return boot === null ? null : { boot, pid: ref.pid, start_ns: BigInt(ref.start) };
  }

  private async mainProcesses({ boot, init }: Known, name: string): Promise<(LifeKey & { cgroup: string | null })[]> {
    if (!boot || !init || init.boot !== boot.id) return [];
    const unit = /\.(service|scope|socket|timer|mount|slice|target|path|swap)$/.test(name) ? name : `${name}.service`;
    return run(this.db, 'unitsMainProcess', [boot.id, init.start_ns, unit, mainProcessesMax]);
  }

  private async process(key: LifeKey, bootId: string): Promise<TargetFacts['process']> {
    const [lineage, episodes] = await Promise.all([
      this.processes.lineage([key]),
      run<Pick<EpisodeRow, 'state' | 'wait_channel'>>(this.db, 'openEpisode', [key.boot, key.pid, key.start_ns]),
    ]);
    const facts = new Lineage(lineage, []).at(key, present);
    const [episode] = episodes;
    return (
      facts && {
        ...facts,
        bootId,
        oomScoreAdj: null,
        episode: episode ? { state: episode.state, waitChannel: episode.wait_channel } : null,
      }
    );
  }

  private async zombies(parent: LifeKey): Promise<TargetFacts['zombies']> {
    const parameters = [parent.boot, parent.pid, parent.start_ns, limits.zombiesMax];
    const rows = await run<ZombieRow>(this.db, 'zombiesOf', parameters);
    const parentRef = { pid: parent.pid, start: String(parent.start_ns) };
    return rows.map(({ pid, start_ns, comm, cgroup }) => {
      return { ref: { pid, start: String(start_ns) }, comm, cgroup, parent: parentRef };
    });
  }

  private async serviceHistory(
    hostId: number,
    unit: string | null,
    container: string | null,
  ): Promise<PartialTarget['history']> {
    if (unit === null && container === null) return noHistory;
    const unitName = unit !== null && !unit.includes('.') ? `${unit}.service` : unit;
    const deaths = await run<DeathOfService>(this.db, 'deathsOfService', [hostId, unitName, container, deathsMax]);
    if (deaths.length === 0) return noHistory;
    const counts = groupBy(deaths, (death) => death.cause);
    const alike = [...counts.values()].reduce((most, next) => (next.length > most.length ? next : most));
    const isRestartLoop = await this.isRestartLoop(deaths[0]!);
    return { deathsLastHour: { cause: alike[0]!.cause, count: alike.length }, isRestartLoop };
  }

  private async isRestartLoop(key: LifeKey): Promise<boolean> {
    const rows = await this.deaths.byKeys([key]);
    const [followers, facts] = await Promise.all([this.restarts.ofDeaths(rows), this.deathFacts.ofDeaths([key])]);
    const [known, victim] = [followers.get(lifeId(key)), facts.get(lifeId(key))];
    return known && victim ? (restartOf(victim, known)?.isLoop ?? false) : false;
  }
}

type PartialTarget = Omit<TargetFacts, 'host' | 'history'> & {
  readonly history: Pick<TargetFacts['history'], 'deathsLastHour' | 'isRestartLoop'>;
};

interface ZombieRow {
  readonly pid: number;
  readonly start_ns: bigint;
  readonly comm: string;
  readonly cgroup: string | null;
}

const noHistory: PartialTarget['history'] = { deathsLastHour: null, isRestartLoop: false };

function hostFacts(
  row: HostRow,
  boot: BootRow | undefined,
  init: Known['init'],
  fleet: FleetRow,
  jobsLastHour: number,
): HostFacts {
  const online = fleet.online_hosts.includes(row.id);
  return {
    id: row.machine_id,
    name: row.name,
    bootId: boot?.boot_id ?? null,
    online,
    seenSecondsAgo: row.last_seen_at && Math.round((Date.now() - row.last_seen_at.getTime()) / 1_000),
    healthy: online && !fleet.trouble_hosts.includes(row.id),
    rung: row.rung,
    init: init && init.boot === boot?.id ? init.comm : null,
    agent: [],
    jobsLastHour,
  };
}
