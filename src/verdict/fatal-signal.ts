/**
 * Which recorded signal was the deadly one.
 *
 * The exit status is authoritative for the number: a fatal signal to a group turns into SIGKILL for its threads, but
 * group_exit_code keeps the number that began it (kernel/signal.c, complete_signal). Among the records of that number:
 * - `ignored` and `overflow` were never queued. `pending` found one queued already (legacy_queue), so the earlier one is
 *   the deadly one and the later sender is innocent, even where the earlier one was not recorded.
 * - A signal that meets the default disposition kills at once, or when it is unblocked. So the first one counts.
 * - Except that a *later one of the same number was queued too*, in the same queue: below 32 that is only possible once
 *   the earlier one had left the queue without killing (taken by sigwait or signalfd, or withheld by a tracer), and
 *   then the later one counts. SIGKILL cannot be taken that way, and from 32 on signals queue up: there the first counts.
 *   Seen on 6.18 by tracefs: kill, kill, sigwait, kill, unblock gives results 0, 2, 0, and the last one killed.
 * - If every one of them met a handler or was ignored, the disposition changed while it was blocked (an exec resets
 *   handlers): the last one counts, and we are not sure.
 */
import { certainty } from './confidence.js';
import { endingOf } from './ending.js';
import type { DeathFacts, SignalFacts } from './facts.js';
import { isSame } from './signal-origin.js';
import { signals } from './signal-names.js';

export interface FatalSignal {
  readonly signal: SignalFacts;
  readonly confidence: number;
}

/** Null when no signal ended it, or when none of the recorded ones can have been it. */
export function fatalSignal(facts: DeathFacts): FatalSignal | null {
  const ending = endingOf(facts);
  if (ending.how !== 'signaled') return null;
  const queued = facts.signals.filter((signal) => signal.signal === ending.signal && wasQueued(signal));
  const unhandled = queued.filter((signal) => signal.disposition === 'default' || signal.signal === signals.SIGKILL);
  const deadly = unhandled.find((signal, index) => !wasTaken(signal, unhandled.slice(index + 1)));
  if (deadly !== undefined) return { signal: deadly, confidence: confidenceAmong(unhandled, deadly) };
  const last = queued.at(-1);
  return last === undefined ? null : { signal: last, confidence: certainty.dispositionChanged };
}

export function wasQueued(signal: SignalFacts): boolean {
  return signal.result === 'delivered' || signal.result === 'lost_info';
}

function wasTaken(signal: SignalFacts, later: readonly SignalFacts[]): boolean {
  if (signal.signal === signals.SIGKILL || signal.signal >= realTimeFirst) return false;
  return later.some((other) => other.thread === signal.thread);
}

/** First signal number that the kernel queues more than once (SIGRTMIN of the kernel, not of glibc). */
const realTimeFirst = 32;

function confidenceAmong(candidates: readonly SignalFacts[], deadly: SignalFacts): number {
  return candidates.every((other) => sameOrigin(other, deadly)) ? certainty.exact : certainty.rivalSender;
}

/** The same sender by the same call: SIGPIPE of the kernel and raise(SIGPIPE) both name the victim, yet are two causes. */
function sameOrigin(a: SignalFacts, b: SignalFacts): boolean {
  // Not known for one of them: perhaps another queue.
  if (a.code !== b.code || (a.thread === null) !== (b.thread === null)) return false;
  if (a.sender === null || b.sender === null) return a.sender === b.sender;
  return isSame(a.sender.ref, b.sender.ref);
}
