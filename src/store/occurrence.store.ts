/** Deaths and episodes as policies look at them (src/remedy/occurrence.ts). Changes nothing and decides nothing. */
import { Inject, Injectable } from '@nestjs/common';
import { limits } from '../contract/index.js';
import { policyCauses, type Recorded, type TargetProcessFacts } from '../remedy/index.js';
import { restartOf, type Restart } from '../verdict/index.js';
import { DeathStore, type DeathPosition } from './death.store.js';
import { EpisodeStore } from './episode.store.js';
import { groupBy, Lineage } from './facts.rows.js';
import { FactsStore } from './facts.store.js';
import { HostStore } from './host.store.js';
import { distinct, keyArrays } from './keys.js';
import type { Db } from './postgres.js';
import { ProcessStore } from './process.store.js';
import { RestartStore } from './restart.store.js';
import {
  episodeId,
  lifeId,
  type DeathRow,
  type EpisodeKey,
  type EpisodeRow,
  type HostRow,
  type LifeKey,
} from './rows.js';
import { run } from './sql.js';
import { DB } from './store.tokens.js';

export interface KnownOccurrence {
  readonly host: HostRow;
  readonly occurrence: Recorded;
  /** Of the zombies that one parent has, the oldest stands for them all. */
  readonly isFirst: boolean;
}

type ChildKey = Pick<EpisodeRow, 'boot' | 'parent_pid' | 'parent_start_ns'>;

export interface Stretch {
  readonly since: Date;
  readonly until: Date;
  /** Deaths and as many episodes, the latest. */
  readonly max: number;
  /** After a death, when it would have been looked at. */
  readonly afterSeconds: number;
}

export interface RecordedStretch {
  readonly recorded: readonly KnownOccurrence[];
  /** Before then there were more than `max`: they are left out. Null: all are there. */
  readonly cutBefore: Date | null;
}

interface BootName {
  readonly id: number;
  readonly boot_id: string;
  readonly is_present: boolean;
}

/** Boot-clock time after all others. */
const present = 2n ** 63n;
const rowsPerPage = 250;

@Injectable()
export class OccurrenceStore {
  constructor(
    @Inject(DB) private readonly db: Db,
    private readonly deaths: DeathStore,
    private readonly episodes: EpisodeStore,
    private readonly processes: ProcessStore,
    private readonly hosts: HostStore,
    private readonly facts: FactsStore,
    private readonly restarts: RestartStore,
  ) {}

  /** @returns by `lifeId`; a death that is not decided has none. */
  async ofDeaths(keys: readonly LifeKey[]): Promise<Map<string, KnownOccurrence>> {
    return keys.length === 0 ? new Map() : this.fromDeaths(await this.deaths.byKeys(keys));
  }

  /** @returns by `episodeId`. */
  async ofEpisodes(keys: readonly EpisodeKey[]): Promise<Map<string, KnownOccurrence>> {
    return keys.length === 0 ? new Map() : this.fromEpisodes(await this.episodes.matching({}, keys));
  }

  /** Deaths that nobody had asked for, and episodes. */
  async recorded(stretch: Stretch): Promise<RecordedStretch> {
    const [deaths, episodes] = [await this.recordedDeaths(stretch), await this.recordedEpisodes(stretch)];
    const cuts = [deaths, episodes].flatMap(({ cutBefore }) => cutBefore ?? []).map((cut) => cut.getTime());
    const cutBefore = cuts.length === 0 ? null : new Date(Math.max(...cuts));
    return { recorded: [...deaths.recorded, ...episodes.recorded], cutBefore };
  }

  private async recordedDeaths({ since, until, max, afterSeconds }: Stretch): Promise<RecordedStretch> {
    const recorded: KnownOccurrence[] = [];
    let after: DeathPosition | null = null;
    for (;;) {
      const page: DeathRow[] = await this.deaths.page(
        { since, until, cause: policyCauses },
        { after, limit: rowsPerPage },
      );
      recorded.push(...(await this.fromDeaths(page, afterSeconds)).values());
      after = page.at(-1) ?? null;
      if (page.length < rowsPerPage) return { recorded, cutBefore: null };
      if (recorded.length >= max) return { recorded, cutBefore: after!.died_at };
    }
  }

  private async recordedEpisodes({ since, until, max }: Stretch): Promise<RecordedStretch> {
    const recorded: KnownOccurrence[] = [];
    let after: EpisodeRow | null = null;
    for (;;) {
      const page: EpisodeRow[] = await this.episodes.page({ since, until }, after, rowsPerPage);
      recorded.push(...(await this.fromEpisodes(page)).values());
      after = page.at(-1) ?? null;
      if (page.length < rowsPerPage) return { recorded, cutBefore: null };
      if (recorded.length >= max) return { recorded, cutBefore: after!.started_at };
    }
  }

  /** @param afterSeconds when it is looked at; now, unless said */
  private async fromDeaths(all: readonly DeathRow[], afterSeconds?: number): Promise<Map<string, KnownOccurrence>> {
    const rows = all.filter(({ cause }) => cause !== null);
    if (rows.length === 0) return new Map();
    const now = Date.now();
    const moments = rows.map(({ died_at }) => {
      return new Date(afterSeconds === undefined ? now : died_at.getTime() + afterSeconds * 1_000).toISOString();
    });
    const [places, lineage, images, restarts, alive] = await Promise.all([
      this.places(rows),
      this.processes.lineage(rows),
      this.processes.formerImages(rows),
      this.restartsOf(rows),
      run<LifeKey>(this.db, 'servicesAlive', [...keyArrays(rows), moments]),
    ]);
    const people = new Lineage(lineage, images);
    const living = new Set(alive.map(lifeId));
    const known = rows.flatMap((row): [string, KnownOccurrence][] => {
      const [place, victim] = [places(row), people.at(row, row.died_ns)];
      if (place === null || victim === null) return [];
      const restart = restarts.get(lifeId(row)) ?? null;
      const occurrence: Recorded = {
        kind: 'death',
        ...place.facts,
        process: { ...victim, bootId: place.bootId, oomScoreAdj: null, episode: null },
        cause: row.cause!,
        actor: row.actor_kind ?? 'UNKNOWN',
        confidence: row.confidence ?? 0,
        livedSeconds: row.reconstructed ? null : seconds(row.died_ns - row.start_ns),
        secondsAgo: (now - row.died_at.getTime()) / 1_000,
        restart: restart && { isLoop: restart.isLoop, afterSeconds: seconds(restart.life.startedAt - row.died_ns) },
        isServiceAlive: living.has(lifeId(row)),
        atSeconds: row.died_at.getTime() / 1_000,
      };
      return [[lifeId(row), { host: place.host, occurrence, isFirst: true }]];
    });
    return new Map(known);
  }

  /** What took their place. The facts of those alone are loaded that something followed. */
  private async restartsOf(rows: readonly DeathRow[]): Promise<Map<string, Restart>> {
    const followers = await this.restarts.ofDeaths(rows);
    const followed = rows.filter((row) => followers.has(lifeId(row)));
    if (followed.length === 0) return new Map();
    const facts = await this.facts.ofDeaths(followed);
    const restarts = followed.flatMap((row): [string, Restart][] => {
      const [victim, known] = [facts.get(lifeId(row)), followers.get(lifeId(row))];
      const restart = victim && known ? restartOf(victim, known) : null;
      return restart === null ? [] : [[lifeId(row), restart]];
    });
    return new Map(restarts);
  }

  private async fromEpisodes(rows: readonly EpisodeRow[]): Promise<Map<string, KnownOccurrence>> {
    if (rows.length === 0) return new Map();
    const [places, lineage] = await Promise.all([
      this.places(rows),
      this.processes.lineage([...rows, ...distinct(rows.flatMap((row) => parentKey(row) ?? []))]),
    ]);
    const people = new Lineage(lineage, []);
    const siblings = await this.zombiesOf(rows);
    const now = Date.now();
    const known = rows.flatMap((row): [string, KnownOccurrence][] => {
      const [place, who, parent] = [places(row), people.at(row, present), parentKey(row)];
      if (place === null || who === null) return [];
      const facts = (process: typeof who, episode: TargetProcessFacts['episode']): TargetProcessFacts => {
        return { ...process, bootId: place.bootId, oomScoreAdj: null, episode };
      };
      const above = parent && people.at(parent, present);
      const zombies = parent && row.state === 'zombie' ? (siblings.get(lifeId(parent)) ?? []) : [];
      const episode = row.ended_at === null ? { state: row.state, waitChannel: row.wait_channel } : null;
      const startedMs = row.started_at.getTime();
      const occurrence: Recorded = {
        kind: 'episode',
        ...place.facts,
        state: row.state,
        isOpen: row.ended_at === null,
        process: facts(who, episode),
        parent: above && facts(above, null),
        siblings: zombies.length,
        lastedSeconds: ((row.ended_at?.getTime() ?? now) - startedMs) / 1_000,
        atSeconds: startedMs / 1_000,
      };
      const isFirst = zombies.length === 0 || lifeId(zombies[0]!) === lifeId(row);
      return [[episodeId(row), { host: place.host, occurrence, isFirst }]];
    });
    return new Map(known);
  }

  /** Open zombies by their parent, oldest first. */
  private async zombiesOf(episodes: readonly EpisodeRow[]): Promise<Map<string, LifeKey[]>> {
    const open = episodes.filter(({ state, ended_at }) => state === 'zombie' && ended_at === null);
    const parents = distinct(open.flatMap((row) => parentKey(row) ?? []));
    const zombies = await run<LifeKey & ChildKey>(this.db, 'zombiesOf', [...keyArrays(parents), limits.zombiesMax]);
    return groupBy(zombies, (zombie) => lifeId(parentKey(zombie)!));
  }

  /** Where they happened. */
  private async places(rows: readonly (LifeKey & { readonly host_id: number })[]) {
    const boots = [...new Set(rows.map(({ boot }) => boot))];
    const [hosts, names] = await Promise.all([
      this.hosts.byIds([...new Set(rows.map(({ host_id }) => host_id))]),
      this.db<BootName[]>`select b.id, b.boot_id, not exists (
          select from boots n where n.host_id = b.host_id and (n.booted_at, n.id) > (b.booted_at, b.id)) as is_present
        from boots b where b.id = any (${boots}::int[])`,
    ]);
    const ofHost = groupBy(hosts, ({ id }) => String(id));
    return ({ boot, host_id }: { boot: number; host_id: number }) => {
      const [host] = ofHost.get(String(host_id)) ?? [];
      const name = names.find(({ id }) => id === boot);
      if (!host || !name) return null;
      const facts = {
        host: { id: host.machine_id, name: host.name, labels: host.labels },
        isOfPresentBoot: name.is_present,
      };
      return { host, bootId: name.boot_id, facts };
    };
  }
}

function parentKey({ boot, parent_pid, parent_start_ns }: ChildKey): LifeKey | null {
  if (parent_pid === null || parent_start_ns === null) return null;
  return { boot, pid: parent_pid, start_ns: parent_start_ns };
}

function seconds(nanoseconds: bigint): number {
  return Number(nanoseconds) / 1e9;
}
