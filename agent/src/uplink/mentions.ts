/**
 * Keeps the contract's promise when numbering starts anew or the buffer drops events: every process that an event
 * refers to is described before it.
 */
import type { KnownEvent, ProcessRef } from '../contract.js';

export interface Entry {
  readonly event: KnownEvent;
  /** Up to here the ring may be released once the event is delivered. */
  readonly position: number;
  readonly bytes: number;
  /** Belongs to the opening of an epoch: the next epoch makes its own. */
  readonly opening?: true;
}

/** The processes that an event refers to, the one that it describes left out. */
export function mentionsOf(event: KnownEvent): readonly ProcessRef[] {
  switch (event.kind) {
    case 'process':
      return event.parent ? [event.parent] : [];
    case 'exit':
      return [event];
    case 'signal':
      return [event.target, event.sender, event.running].filter((ref) => ref !== undefined);
    case 'oom_kill':
      return event.trigger ? [event.victim, event.trigger] : [event.victim];
    case 'agent_start':
    case 'agent_stop':
    case 'loss':
    case 'snapshot':
      return [];
  }
}

/**
 * The descriptions that `entries` lack, in an order in which no parent comes after its child. `describe` knows a life
 * or does not; what it does not know stays undescribed, and the receiver has to bear it.
 */
export function missingDescriptions(
  entries: readonly Entry[],
  describe: (ref: ProcessRef) => KnownEvent | undefined,
): readonly KnownEvent[] {
  const described = new Set<string>();
  const missing: KnownEvent[] = [];
  const need = (ref: ProcessRef): void => {
    const key = `${ref.pid}:${ref.start}`;
    if (described.has(key)) return;
    described.add(key);
    const event = describe(ref);
    if (event === undefined) return;
    mentionsOf(event).forEach(need);
    missing.push(event);
  };
  for (const { event } of entries) {
    mentionsOf(event).forEach(need);
    if (event.kind === 'process') described.add(`${event.pid}:${event.start}`);
  }
  return missing;
}
