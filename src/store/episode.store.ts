/** Episodes, in pages and by key. */
import { Inject, Injectable } from '@nestjs/common';
import type { EpisodeEvent } from '../contract/index.js';
import type { Db } from './postgres.js';
import { episodeId, type EpisodeKey, type EpisodeRow, type LifeKey } from './rows.js';
import { run } from './sql.js';
import { DB } from './store.tokens.js';
import { textOrNull } from './text.js';

export interface EpisodeCriteria {
  readonly hostId?: number | null;
  readonly state?: readonly EpisodeEvent['state'][] | null;
  /** Whether it still lasts. */
  readonly open?: boolean | null;
  readonly since?: Date | null;
  readonly until?: Date | null;
  readonly pid?: number | null;
  readonly unit?: string | null;
  readonly process?: LifeKey;
}

/** Where a page begins: after this one. */
export interface EpisodePosition extends EpisodeKey {
  readonly started_at: Date;
}

@Injectable()
export class EpisodeStore {
  constructor(@Inject(DB) private readonly db: Db) {}

  /** Newest first. */
  async page(where: EpisodeCriteria, after: EpisodePosition | null, limit: number): Promise<EpisodeRow[]> {
    return run<EpisodeRow>(this.db, 'episodesPage', [...criteria(where), ...position(after), null, null, null, limit]);
  }

  /** Those of the given episodes that meet the criteria. */
  async matching(where: EpisodeCriteria, keys: readonly EpisodeKey[]): Promise<EpisodeRow[]> {
    const these = [keys.map(episodeId), keys.map(({ boot }) => boot), keys.map(({ pid }) => pid)];
    return run<EpisodeRow>(this.db, 'episodesPage', [...criteria(where), ...position(null), ...these, keys.length]);
  }
}

function criteria({ process, ...where }: EpisodeCriteria): unknown[] {
  return [
    where.hostId ?? null,
    where.state ?? null,
    where.open ?? null,
    where.since ?? null,
    where.until ?? null,
    where.pid ?? null,
    textOrNull(where.unit),
    process?.boot ?? null,
    process?.pid ?? null,
    process?.start_ns ?? null,
  ];
}

function position(after: EpisodePosition | null): unknown[] {
  if (after === null) return [null, null, null, null, null, null];
  return [after.started_at, after.boot, after.pid, after.start_ns, after.state, after.since_ns];
}
