/** What a batch says of its agent and of the boot: agents that came and went, the last process list, the latest instant. */
import { isKnownEvent, type Event, type KnownEvent } from '../contract/index.js';

type Of<K extends KnownEvent['kind']> = Extract<KnownEvent, { kind: K }>;

export interface Lifecycle {
  /** The last of each in the batch. */
  readonly agentStart: Of<'agent_start'> | null;
  readonly snapshot: Of<'snapshot'> | null;
  /** Unless an agent started after it. */
  readonly agentStop: Of<'agent_stop'> | null;
  /** When the latest event happened, boot-clock nanoseconds: no life that the batch speaks of began later. */
  readonly latest: bigint;
}

export function lifecycleOf(events: readonly Event[]): Lifecycle {
  const isOf =
    <K extends KnownEvent['kind']>(kind: K) =>
    (event: Event): event is Of<K> =>
      event.kind === kind;
  const lastStart = events.findLastIndex(isOf('agent_start'));
  return {
    agentStart: events.findLast(isOf('agent_start')) ?? null,
    snapshot: events.findLast(isOf('snapshot')) ?? null,
    agentStop: events.slice(lastStart + 1).findLast(isOf('agent_stop')) ?? null,
    latest: BigInt(events.reduce(latestOf, '0')),
  };
}

/** An event of a life tells of one that has begun; should an agent say otherwise, its beginning counts too. */
function latestOf(latest: string, event: Event): string {
  const after = isLater(event.at, latest) ? event.at : latest;
  return isKnownEvent(event) && 'start' in event && isLater(event.start, after) ? event.start : after;
}

/** Of two times as the wire has them: digits without leading zeros. */
export function isLater(a: string, b: string): boolean {
  return a.length === b.length ? a > b : a.length > b.length;
}
