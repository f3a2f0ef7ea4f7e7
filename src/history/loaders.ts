/** One set of DataLoaders for each operation: a page of deaths costs a fixed number of statements. */
import { Injectable } from '@nestjs/common';
import DataLoader from 'dataloader';
import { limits } from '../contract/index.js';
import { DeathStore } from '../store/death.store.js';
import { EvidenceStore } from '../store/evidence.store.js';
import { FactsStore } from '../store/facts.store.js';
import { HostStore } from '../store/host.store.js';
import { LedgerStore, type StreamLedger } from '../store/ledger.store.js';
import { ProcessStore } from '../store/process.store.js';
import { RestartStore } from '../store/restart.store.js';
import type {
  CoreDumpRow,
  DeathRow,
  HostRow,
  KernelLogRow,
  LifeKey,
  LossRow,
  OomReportRow,
  ProcessRow,
} from '../store/rows.js';
import { lifeId } from '../store/rows.js';
import { factLimits, restartOf, type DeathFacts, type Restart } from '../verdict/index.js';

/** A process at an instant: who it was when it acted. */
export interface Moment extends LifeKey {
  readonly at_ns: bigint;
}

export interface Loaders {
  readonly host: DataLoader<number, HostRow | null>;
  readonly process: DataLoader<LifeKey, ProcessRow | null, string>;
  /** Parent first, init last. */
  readonly ancestry: DataLoader<LifeKey, ProcessRow[], string>;
  readonly actor: DataLoader<Moment, ProcessRow | null, string>;
  readonly death: DataLoader<LifeKey, DeathRow | null, string>;
  readonly facts: DataLoader<LifeKey, DeathFacts | null, string>;
  readonly coreDump: DataLoader<LifeKey, CoreDumpRow | null, string>;
  readonly oomReport: DataLoader<LifeKey, OomReportRow | null, string>;
  /** Oldest first. */
  readonly kernelLog: DataLoader<LifeKey, KernelLogRow[], string>;
  readonly losses: DataLoader<DeathRow, LossRow[], string>;
  readonly restart: DataLoader<DeathRow, Restart | null, string>;
  /** Of a host, by the name of the stream. */
  readonly ledger: DataLoader<number, StreamLedger[]>;
}

@Injectable()
export class LoaderFactory {
  constructor(
    private readonly hosts: HostStore,
    private readonly processes: ProcessStore,
    private readonly deaths: DeathStore,
    private readonly facts: FactsStore,
    private readonly ledgers: LedgerStore,
    private readonly evidence: EvidenceStore,
    private readonly followers: RestartStore,
  ) {}

  create(): Loaders {
    const byLife = { cacheKeyFn: lifeId };
    const byDeath = byLife as { cacheKeyFn(death: DeathRow): string };
    const process = new DataLoader<LifeKey, ProcessRow | null, string>(
      async (keys) => align(keys, await this.processes.byKeys(keys), lifeId),
      byLife,
    );
    const facts = new DataLoader<LifeKey, DeathFacts | null, string>(async (keys) => {
      const known = await this.facts.ofDeaths(keys);
      return keys.map((key) => known.get(lifeId(key)) ?? null);
    }, byLife);
    return {
      process,
      facts,
      host: new DataLoader(async (ids) => align(ids, await this.hosts.byIds(ids), String, (host) => String(host.id))),
      ancestry: new DataLoader(async (keys) => this.ancestries(keys), byLife),
      actor: new DataLoader(async (moments) => this.actors(moments, process), {
        cacheKeyFn: (moment) => `${lifeId(moment)}@${moment.at_ns}`,
      }),
      death: new DataLoader(async (keys) => align(keys, await this.deaths.byKeys(keys), lifeId), byLife),
      coreDump: new DataLoader(async (keys) => align(keys, await this.evidence.coreDumps(keys), lifeId), byLife),
      // Of several the earliest is kept: that was the one that killed.
      oomReport: new DataLoader(
        async (keys) => align(keys, (await this.evidence.oomReports(keys)).toReversed(), lifeId),
        byLife,
      ),
      kernelLog: new DataLoader(async (keys) => {
        const rows = await this.evidence.kernelLog(keys);
        return keys.map((key) => rows.filter((row) => lifeId(row) === lifeId(key)));
      }, byLife),
      losses: new DataLoader(async (deaths) => this.losses(deaths), byDeath),
      restart: new DataLoader(async (deaths) => this.restarts(deaths, facts), byDeath),
      ledger: new DataLoader(async (ids) => {
        const rows = await this.ledgers.ofHosts(ids);
        return ids.map((id) => rows.filter((row) => row.host_id === id));
      }),
    };
  }

  private async ancestries(keys: readonly LifeKey[]): Promise<ProcessRow[][]> {
    const lives = new Map((await this.processes.lineage(keys)).map((row) => [lifeId(row), row]));
    const parentOf = (row: ProcessRow | undefined) =>
      row && row.parent_pid !== null && row.parent_start_ns !== null
        ? lives.get(lifeId({ boot: row.boot, pid: row.parent_pid, start_ns: row.parent_start_ns }))
        : undefined;
    return keys.map((key) => {
      const line: ProcessRow[] = [];
      let parent = parentOf(lives.get(lifeId(key)));
      while (parent && line.length < limits.ancestryDepthMax) {
        line.push(parent);
        parent = parentOf(parent);
      }
      return line;
    });
  }

  private async actors(moments: readonly Moment[], process: Loaders['process']): Promise<(ProcessRow | null)[]> {
    const [rows, images] = await Promise.all([process.loadMany(moments), this.processes.formerImages(moments)]);
    return moments.map((moment, index) => {
      const row = rows[index];
      if (row instanceof Error) throw row;
      if (!row) return null;
      const image = images.find((former) => lifeId(former) === lifeId(moment) && moment.at_ns < former.until_ns);
      return image ? { ...row, comm: image.comm, exe: image.exe, args: image.args, args_cut: image.args_cut } : row;
    });
  }

  /** Facts are loaded only of deaths that something followed. */
  private async restarts(deaths: readonly DeathRow[], facts: Loaders['facts']): Promise<(Restart | null)[]> {
    const followers = await this.followers.ofDeaths(deaths);
    return Promise.all(
      deaths.map(async (death) => {
        const known = followers.get(lifeId(death));
        const victim = known && (await facts.load(death));
        return known && victim ? restartOf(victim, known) : null;
      }),
    );
  }

  private async losses(deaths: readonly DeathRow[]): Promise<LossRow[][]> {
    const rows = await this.deaths.losses(deaths, factLimits.lossesMax);
    return deaths.map((death) => rows.filter((row) => row.boot === death.boot && row.died_ns === death.died_ns));
  }
}

/** One answer for each key, in the order of the keys; null where there is none. */
function align<K, V>(
  keys: readonly K[],
  values: readonly V[],
  keyId: (key: K) => string,
  valueId: (value: V) => string = keyId as unknown as (value: V) => string,
): (V | null)[] {
  const found = new Map(values.map((value) => [valueId(value), value]));
  return keys.map((key) => found.get(keyId(key)) ?? null);
}
