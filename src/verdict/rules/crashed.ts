/**
 * CRASHED: it did something that the processor or the memory does not allow.
 *
 * Kernel: SIGSEGV, SIGBUS, SIGFPE, SIGILL or SIGTRAP made by the kernel, with a fault code above 0 or SI_KERNEL (general
 * protection: no address). A handler may catch it, report, and raise the same signal again by tgkill (Python's
 * faulthandler, most crash reporters): then the fault shortly before is the reason. Where the signal was not recorded, the
 * kernel log may tell: it has a line for a fault that no handler takes (kernel.print-fatal-signals, debug.exception-trace).
 * Mistaken for: the same signals *sent* by somebody, to get a core (that is SIGNALED).
 * Source: sigaction(2), arch/x86/mm/fault.c, arch/x86/kernel/traps.c. Defective memory (BUS_MCEERR_*, mm/memory-failure.c)
 * is no fault of the process: there the actor is the kernel.
 */
import { itself, theKernel } from '../actor.js';
import { certainty, weakest } from '../confidence.js';
import { coreClause } from '../core-clause.js';
import { bracketed, processInPlace } from '../describe.js';
import { summaryCommandCharactersMax } from '../command-line.js';
import { endingOf } from '../ending.js';
import { plainOrQuoted, quote } from '../escape.js';
import { fatalSignal, type FatalSignal } from '../fatal-signal.js';
import type { DeathFacts, KernelLogFacts, SignalFacts } from '../facts.js';
import type { Finding, Rule } from '../rule.js';
import { busHardwareCodes, faultMeaning, siCodeName } from '../si-code-names.js';
import { isFromSelf, isKernelMade } from '../signal-origin.js';
import { signalName, signals } from '../signal-names.js';
import { en, nothing, zh, type Text } from '../text.js';

export const crashed: Rule = {
  id: 'crashed',
  decide(facts) {
    const fatal = fatalSignal(facts);
    if (fatal === null) return loggedCrash(facts);
    if (!faultSignals.has(fatal.signal.signal)) return null;
    const fault = faultBehind(fatal, facts);
    if (fault === null) return null;
    const raisedAgain = fault !== fatal.signal;
    const [victim, name, core] = [processInPlace(facts.victim), signalName(fault.signal), coreClause(facts)];
    const text = faultText(fault);
    const again = raisedAgain ? caughtAndRaised : nothing;
    return {
      cause: 'CRASHED',
      actor: isDefectiveMemory(fault) ? theKernel : itself(facts.victim),
      confidence: weakest(fatal.confidence, raisedAgain ? certainty.raisedAgain : certainty.exact),
      summary: {
        en: en`${victim} crashed with ${name}: ${text}${again}; ${core}`,
        zh: zh`${victim}因 ${name} 崩溃：${text}${again}；${core}`,
      },
      evidence: [{ kind: 'fault', at: fault.at, text: `Fault: ${text.en}.` }],
    };
  },
};

/** Nobody saw the signal, but the kernel logged the fault. */
function loggedCrash(facts: DeathFacts): Finding | null {
  const ending = endingOf(facts);
  if (ending.how !== 'signaled' || !faultSignals.has(ending.signal)) return null;
  const line = facts.kernelLog.findLast(({ topic }) => faultTopics.has(topic));
  if (line === undefined) return null;
  const [victim, name, core] = [processInPlace(facts.victim), signalName(ending.signal), coreClause(facts)];
  const logged = quote(line.text.trim(), summaryCommandCharactersMax);
  return {
    cause: 'CRASHED',
    actor: itself(facts.victim),
    confidence: certainty.loggedOnly,
    summary: {
      en: en`${victim} crashed with ${name}, as the kernel logged: ${logged}; ${core}`,
      zh: zh`${victim}因 ${name} 崩溃，内核日志为 ${logged}；${core}`,
    },
    evidence: [],
  };
}

const caughtAndRaised: Text = {
  en: ', which its own handler caught and raised again',
  zh: '，它自己的处理函数捕获后再次触发了该信号',
};

const faultTopics: ReadonlySet<string> = new Set<KernelLogFacts['topic']>(['segfault', 'general-protection', 'trap']);

/** Faults that a process raises on its own behalf; shared with SIGNALED, which doubts self-sent ones. */
export const faultSignals: ReadonlySet<number> = new Set([
  signals.SIGSEGV,
  signals.SIGBUS,
  signals.SIGFPE,
  signals.SIGILL,
  signals.SIGTRAP,
]);

/** A handler that re-raises does so at once; writing a report may take it some seconds. */
const raisedAgainWindowNs = 30_000_000_000n;

function faultBehind(fatal: FatalSignal, facts: DeathFacts): SignalFacts | null {
  if (isKernelMade(fatal.signal, facts.victim)) return fatal.signal;
  if (!isFromSelf(fatal.signal, facts.victim)) return null;
  const caught = facts.signals.findLast(
    (signal) =>
      signal !== fatal.signal &&
      signal.signal === fatal.signal.signal &&
      signal.at <= fatal.signal.at &&
      isKernelMade(signal, facts.victim),
  );
  return caught !== undefined && fatal.signal.at - caught.at <= raisedAgainWindowNs ? caught : null;
}

function isDefectiveMemory(fault: SignalFacts): boolean {
  return fault.signal === signals.SIGBUS && busHardwareCodes.has(fault.code);
}

/** `SEGV_MAPERR at 0x0 (null pointer)` */
function faultText(fault: SignalFacts): Text {
  const name = siCodeName(fault.signal, fault.code);
  const place = fault.address === null ? null : plainOrQuoted(fault.address);
  const address: Text = place === null ? nothing : { en: ` at ${place}`, zh: `，地址 ${place}` };
  const meaning = nullPointer(fault) ?? faultMeaning(fault.signal, fault.code);
  const why = meaning === null ? nothing : bracketed([meaning]);
  return { en: en`${name}${address}${why}`, zh: zh`${name}${address}${why}` };
}

/** The first page is never mapped (vm.mmap_min_addr): an address there is a null pointer, or a field behind one. */
function nullPointer(fault: SignalFacts): Text | null {
  if (fault.signal !== signals.SIGSEGV || fault.code !== 1 || !/^0x[0-9a-f]{1,16}$/.test(fault.address ?? ''))
    return null;
  const address = BigInt(fault.address ?? '');
  if (address === 0n) return { en: 'null pointer', zh: '空指针' };
  return address < 4096n ? { en: 'null pointer with an offset', zh: '空指针加偏移' } : null;
}
