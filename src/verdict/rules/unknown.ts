/**
 * UNKNOWN: no rule explains it, and a guess would be worse. Says what is known, and is therefore never null.
 *
 * Kernel: a signal of the kernel's own making whose reason it does not tell (terminal, pid namespace, OOM killer, tracer); a
 * death by a signal that was not recorded; an end of which not even the manner was seen.
 * Mistaken for: nothing, as long as it stays the last.
 */
import { nobodyKnown, theKernel } from '../actor.js';
import { certainty, weakest } from '../confidence.js';
import { processInPlace, processName } from '../describe.js';
import { endingOf } from '../ending.js';
import { runningEvidence } from '../evidence.js';
import { fatalSignal } from '../fatal-signal.js';
import type { DeathFacts, SignalFacts } from '../facts.js';
import type { Finding, Rule } from '../rule.js';
import { signalName, signals } from '../signal-names.js';

export const unknown = {
  id: 'unknown',
  decide(facts): Finding {
    const ending = endingOf(facts);
    if (ending.how === 'unseen') return nothing(facts, 'ended; how and why was not seen');
    if (ending.how === 'contradictory') return nothing(facts, 'ended; the record of how contradicts itself');
    if (ending.how === 'exited') return nothing(facts, `exited with status ${ending.code}`);
    const fatal = fatalSignal(facts);
    const oom = (facts.oomKillAt ?? facts.oomReport) !== null && ending.signal === signals.SIGKILL;
    if (fatal === null) return oom ? chosenByOomKiller(facts, null) : unrecorded(facts, ending.signal);
    const finding = oom ? chosenByOomKiller(facts, fatal.signal) : kernelMade(facts, fatal.signal);
    return { ...finding, confidence: weakest(finding.confidence, fatal.confidence) };
  },
} as const satisfies Rule;

function nothing(facts: DeathFacts, what: string): Finding {
  const summary = `${processInPlace(facts.victim)} ${what}`;
  return { cause: 'UNKNOWN', actor: nobodyKnown, confidence: certainty.nothing, summary, evidence: [] };
}

function unrecorded(facts: DeathFacts, signal: number): Finding {
  const what = `was ended by ${signalName(signal)}; the signal itself was not recorded, so who sent it is not known`;
  return { ...nothing(facts, what), confidence: certainty.signalMissing };
}

function chosenByOomKiller(facts: DeathFacts, signal: SignalFacts | null): Finding {
  const victim = processInPlace(facts.victim);
  const trigger = signal?.running == null ? '' : ` when ${processName(signal.running)} asked for memory`;
  return {
    cause: 'UNKNOWN',
    actor: theKernel,
    confidence: certainty.oomChosen,
    summary: `The kernel's OOM killer chose ${victim}${trigger} and ended it with SIGKILL; whether the host or a cgroup ran out of memory is not known`,
    evidence: signal === null ? [] : runningEvidence(signal),
  };
}

function kernelMade(facts: DeathFacts, signal: SignalFacts): Finding {
  const name = signalName(signal.signal);
  const usual = usualReasons[signal.signal];
  const why = usual === undefined ? 'why is not known' : `it usually does so ${usual}, but which it was is not known`;
  return {
    cause: 'UNKNOWN',
    actor: theKernel,
    confidence: certainty.kernelReasonMissing,
    summary: `The kernel sent ${name}, which ended ${processInPlace(facts.victim)}; ${why}`,
    evidence: runningEvidence(signal),
  };
}

/** For the reader's next step, not for the verdict. drivers/tty, kernel/pid_namespace.c, kernel/ptrace.c, mm/oom_kill.c. */
const usualReasons: Readonly<Record<number, string>> = {
  [signals.SIGHUP]: 'when a terminal closes or its session leader ends',
  [signals.SIGINT]: 'on Ctrl-C in the terminal',
  [signals.SIGQUIT]: 'on Ctrl-\\ in the terminal',
  [signals.SIGKILL]: 'when memory runs out, when the init of a pid namespace ends, or at a hard CPU limit',
};
