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
    latest: events.reduce((latest, event) => instantsOf(event).reduce(later, latest), 0n),
  };
}

/** An event of a life tells of one that has begun; should an agent say otherwise, its beginning counts too. */
function instantsOf(event: Event): readonly bigint[] {
  const ofLife = isKnownEvent(event) && 'start' in event;
  return ofLife ? [BigInt(event.at), BigInt(event.start)] : [BigInt(event.at)];
}

function later(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}
