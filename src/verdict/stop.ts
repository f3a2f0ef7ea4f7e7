/**
 * A stop, as service managers, container runtimes and other daemons do it: a signal that asks, a grace, SIGKILL.
 *
 * Four ways to end by it: the signal itself was deadly; it was caught and the process exited (with whatever status), or
 * raised it again once it had cleaned up; it was not enough, and another signal followed. An exit counts only after a
 * signal that means nothing but the end: SIGHUP and SIGUSR1 ask for other things as well.
 */
import { certainty, weakest } from './confidence.js';
import { endingOf } from './ending.js';
import { fatalSignal } from './fatal-signal.js';
import type { DeathFacts, ProcessFacts, SignalFacts } from './facts.js';
import { isFromSelf } from './signal-origin.js';
import { signals } from './signal-names.js';
import { stopRequestWindowNs } from './stop-request.js';

export interface Stop {
  readonly how: 'signaled' | 'escalated' | 'exited' | 'raised';
  /** Who sent what ended it: the deadly signal, or the one after which it ended itself. */
  readonly by: ProcessFacts;
  /** The first that asked; the deadly one where none did. */
  readonly asked: SignalFacts;
  /** Null where it ended itself. */
  readonly deadly: SignalFacts | null;
  readonly confidence: number;
}

/** @param certaintyOf how sure it is that a sender is one of those in question; 0 when it is not */
export function stopBy(facts: DeathFacts, certaintyOf: (sender: ProcessFacts) => number): Stop | null {
  const isTheirs = (signal: SignalFacts) =>
    signal.sender !== null && !isInName(signal) && certaintyOf(signal.sender) > 0;
  const fatal = fatalSignal(facts);
  if (fatal !== null && isTheirs(fatal.signal)) {
    const by = fatal.signal.sender!;
    const earlier = askedBefore(facts, fatal.signal, isTheirs);
    const confidence = weakest(fatal.confidence, certaintyOf(by));
    const deadly = fatal.signal;
    if (earlier === null) return { how: 'signaled', by, asked: deadly, deadly, confidence };
    const doubt = earlier.sender === null ? certainty.rivalSender : certainty.exact;
    return { how: 'escalated', by, asked: earlier, deadly, confidence: weakest(confidence, doubt) };
  }
  const raised = fatal !== null && isFromSelf(fatal.signal, facts.victim);
  if (!raised && endingOf(facts).how !== 'exited') return null;
  const asked = askedBefore(facts, raised ? fatal.signal : null, isTheirs);
  if (asked === null || isIgnored(asked) || (raised && asked.signal !== fatal.signal.signal)) return null;
  const confidence = weakest(certainty.exitAfterStop, certaintyOf(asked.sender!));
  return { how: raised ? 'raised' : 'exited', by: asked.sender!, asked, deadly: null, confidence };
}

/**
 * The latest of their signals that asks for the end, before the deadly one or the death, and other than the deadly one. Whoever
 * killed it may also have sent what has no known sender.
 */
function askedBefore(
  facts: DeathFacts,
  deadly: SignalFacts | null,
  isTheirs: (signal: SignalFacts) => boolean,
): SignalFacts | null {
  const end = deadly?.at ?? facts.at;
  const before = deadly === null ? facts.signals : facts.signals.slice(0, facts.signals.indexOf(deadly));
  const escalated = deadly !== null && isTheirs(deadly);
  const asked = before.findLast(
    (signal) =>
      asking.has(signal.signal) &&
      (isTheirs(signal) || (escalated && isOfUnknownSender(signal))) &&
      !(escalated && signal.signal === deadly.signal),
  );
  return asked !== undefined && end - asked.at <= stopRequestWindowNs ? asked : null;
}

function isOfUnknownSender({ sender, code }: SignalFacts): boolean {
  return sender === null && code <= 0;
}

/** The kernel sends the parent-death signal in the name of who has ended. */
function isInName({ sender, at }: SignalFacts): boolean {
  return typeof sender?.ended === 'bigint' && sender.ended <= at;
}

/** Not even a handler was asked. The first process of a container is told nothing that it has no handler for. */
export function isIgnored(signal: SignalFacts): boolean {
  return signal.result === 'ignored' || signal.disposition === 'ignored';
}

/** SIGWINCH stops an Apache, SIGQUIT a PHP-FPM, SIGINT a PostgreSQL; SIGABRT is systemd's watchdog. */
const asking: ReadonlySet<number> = new Set([
  signals.SIGINT,
  signals.SIGQUIT,
  signals.SIGABRT,
  signals.SIGTERM,
  signals.SIGWINCH,
]);
