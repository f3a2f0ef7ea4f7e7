/** The cursor of lists of episodes, newest first. */
import type { EpisodePosition } from '../store/episode.store.js';
import { episodeId, parseEpisodeId, type EpisodeRow } from '../store/rows.js';
import { badCursor, cursorParts, decodeCursor, encodeCursor } from '../platform/cursor.js';

const shape = [cursorParts.milliseconds, cursorParts.text];

export function episodeCursor(list: string, row: EpisodeRow): string {
  return encodeCursor(list, [row.started_at.getTime(), episodeId(row)]);
}

/** @throws Failure `history/bad-cursor`. */
export function afterEpisode(list: string, cursor: string | null | undefined): EpisodePosition | null {
  const key = decodeCursor(list, cursor, shape);
  if (!key) return null;
  const episode = parseEpisodeId(key[1]!);
  if (!episode) throw badCursor();
  return { ...episode, started_at: new Date(Number(key[0])) };
}
