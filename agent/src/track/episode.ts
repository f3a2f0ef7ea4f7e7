/** One episode, from the first suspicion to its end, in the shape in which it is told. */
import type { EpisodeEvent } from '../contract.js';
import type { Life } from './life.js';
import type { Lives } from './observer.js';

export interface Episode {
  event: EpisodeEvent;
  /** Undefined when only an earlier agent has met it. */
  life: Life | undefined;
  readonly since: bigint;
  told: boolean;
  /** Uninterruptible: context switches at the first look. */
  switches: number | undefined;
}

type Details = Pick<EpisodeEvent, 'waitChannel' | 'signal' | 'sender'>;

export function beginEpisode(life: Life, state: EpisodeEvent['state'], since: bigint, details: Details = {}): Episode {
  const at = since.toString();
  const event: EpisodeEvent = { kind: 'episode', at, ...life.ref, state, since: at, ...details };
  return { event, life, since, told: false, switches: undefined };
}

export function endEpisode({ event, since }: Episode, at: bigint): EpisodeEvent {
  return { ...event, until: (at < since ? since : at).toString() };
}

export function lifeOf({ event }: Episode, lives: Lives): Life | undefined {
  return lives.table.find(event.pid, BigInt(event.start));
}

/** Everybody in the event that is known here; who is not was described by an earlier agent, or long ago. */
export function peopleOf(event: EpisodeEvent, lives: Lives): readonly Life[] {
  return [event, event.parent, event.sender].flatMap((ref) => {
    const life = ref && lives.table.find(ref.pid, BigInt(ref.start));
    return life === undefined ? [] : [life];
  });
}
