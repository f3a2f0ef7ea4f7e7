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
import { en, nothing, zh, type Text } from '../text.js';

export const unknown = {
  id: 'unknown',
  decide(facts): Finding {
    const ending = endingOf(facts);
    if (ending.how === 'unseen')
      return bare(facts, { en: ' ended; how and why was not seen', zh: '已结束；结束的方式和原因均未观察到' });
    if (ending.how === 'contradictory')
      return bare(facts, {
        en: ' ended; the record of how contradicts itself',
        zh: '已结束；关于如何结束的记录自相矛盾',
      });
    if (ending.how === 'exited')
      return bare(facts, { en: ` exited with status ${ending.code}`, zh: `退出，退出码 ${ending.code}` });
    const fatal = fatalSignal(facts);
    const oom = (facts.oomKillAt ?? facts.oomReport) !== null && ending.signal === signals.SIGKILL;
    if (fatal === null) return oom ? chosenByOomKiller(facts, null) : unrecorded(facts, ending.signal);
    const finding = oom ? chosenByOomKiller(facts, fatal.signal) : kernelMade(facts, fatal.signal);
    return { ...finding, confidence: weakest(finding.confidence, fatal.confidence) };
  },
} as const satisfies Rule;

function bare(facts: DeathFacts, what: Text): Finding {
  const victim = processInPlace(facts.victim);
  const summary = { en: en`${victim}${what}`, zh: zh`${victim}${what}` };
  return { cause: 'UNKNOWN', actor: nobodyKnown, confidence: certainty.nothing, summary, evidence: [] };
}

function unrecorded(facts: DeathFacts, signal: number): Finding {
  const name = signalName(signal);
  const what: Text = {
    en: ` was ended by ${name}; the signal itself was not recorded, so who sent it is not known`,
    zh: `被 ${name} ${signal === signals.SIGKILL ? '杀死' : '终止'}；信号本身没有记录，因此不知道是谁发送的`,
  };
  return { ...bare(facts, what), confidence: certainty.signalMissing };
}

function chosenByOomKiller(facts: DeathFacts, signal: SignalFacts | null): Finding {
  const victim = processInPlace(facts.victim);
  const asking = signal?.running == null ? null : processName(signal.running);
  const trigger: Text =
    asking === null ? nothing : { en: en` when ${asking} asked for memory`, zh: zh`在${asking}申请内存时` };
  return {
    cause: 'UNKNOWN',
    actor: theKernel,
    confidence: certainty.oomChosen,
    summary: {
      en: en`The kernel's OOM killer chose ${victim}${trigger} and ended it with SIGKILL; whether the host or a cgroup ran out of memory is not known`,
      zh: zh`内核的 OOM killer${trigger}选中${victim}，用 SIGKILL 将其杀死；无法确定耗尽的是主机内存还是某个 cgroup 的内存`,
    },
    evidence: signal === null ? [] : runningEvidence(signal),
  };
}

function kernelMade(facts: DeathFacts, signal: SignalFacts): Finding {
  const [victim, name] = [processInPlace(facts.victim), signalName(signal.signal)];
  const usual = usualReasons[signal.signal];
  const why: Text =
    usual === undefined
      ? { en: 'why is not known', zh: '原因未知' }
      : {
          en: en`it usually does so ${usual}, but which it was is not known`,
          zh: zh`通常是因为${usual}，但具体是哪一种无法确定`,
        };
  return {
    cause: 'UNKNOWN',
    actor: theKernel,
    confidence: certainty.kernelReasonMissing,
    summary: {
      en: en`The kernel sent ${name}, which ended ${victim}; ${why}`,
      zh: zh`${victim}被内核发出的 ${name} 终止；${why}`,
    },
    evidence: runningEvidence(signal),
  };
}

/** For the reader's next step, not for the verdict. drivers/tty, kernel/pid_namespace.c, kernel/ptrace.c, mm/oom_kill.c. */
const usualReasons: Readonly<Record<number, Text>> = {
  [signals.SIGHUP]: { en: 'when a terminal closes or its session leader ends', zh: '终端关闭或其会话首进程结束' },
  [signals.SIGINT]: { en: 'on Ctrl-C in the terminal', zh: '终端上按了 Ctrl-C' },
  [signals.SIGQUIT]: { en: 'on Ctrl-\\ in the terminal', zh: '终端上按了 Ctrl-\\' },
  [signals.SIGKILL]: {
    en: 'when memory runs out, when the init of a pid namespace ends, or at a hard CPU limit',
    zh: '内存耗尽、pid 命名空间的 init 结束或达到 CPU 硬限制',
  },
};
