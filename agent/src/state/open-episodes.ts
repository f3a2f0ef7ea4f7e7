/**
 * Episodes that are open, as they were told, so that the next agent can end them: `episodes.json` in the state directory.
 * It counts for one boot and one rung, whose identities it holds. Not synced: after a power failure it is another boot.
 */
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EpisodeEvent, Rung } from '../contract.js';
import type { Log } from '../log.js';
import { readStateFile } from './files.js';

const name = 'episodes.json';

export interface OpenEpisodes {
  readonly kept: readonly EpisodeEvent[];
  readonly keep: (episodes: readonly EpisodeEvent[]) => void;
}

export function openEpisodes(stateDir: string, bootId: string, rung: Rung, log: Log): OpenEpisodes {
  const path = join(stateDir, name);
  return {
    kept: parseKept(readStateFile(stateDir, name) ?? '', bootId, rung),
    keep(episodes) {
      try {
        writeFileSync(`${path}.new`, JSON.stringify({ bootId, rung, episodes }), { mode: 0o600 });
        renameSync(`${path}.new`, path);
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        log.warn('Open episodes cannot be kept: the next agent would not end them.', { reason });
      }
    },
  };
}

/** Nothing of a file that is damaged. */
export function parseKept(text: string, bootId: string, rung: Rung): readonly EpisodeEvent[] {
  try {
    const kept = JSON.parse(text) as { bootId?: unknown; rung?: unknown; episodes?: readonly unknown[] } | null;
    if (kept?.bootId !== bootId || kept.rung !== rung) return [];
    const episodes = kept.episodes ?? [];
    return episodes.every(isEpisode) ? episodes : [];
  } catch {
    return [];
  }
}

/** What is needed of it to end it. Its other fields are as we wrote them: a file is replaced whole or not at all. */
function isEpisode(value: unknown): value is EpisodeEvent {
  if (typeof value !== 'object' || value === null) return false;
  const { kind, pid, at, start, since, state } = value as Record<string, unknown>;
  const times = [at, start, since].every((time) => typeof time === 'string' && /^\d{1,18}$/.test(time));
  return kind === 'episode' && Number.isSafeInteger(pid) && typeof state === 'string' && times;
}
