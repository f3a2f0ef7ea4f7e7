/**
 * RESOURCE_LIMIT: it used more than a limit of its own (setrlimit, ulimit) allows.
 *
 * Kernel: SIGXCPU with SI_KERNEL once the soft CPU limit is used up; SIGXFSZ by `send_sig(SIGXFSZ, current, 0)` on a write
 * beyond the file size limit, which looks as if the process had sent it to itself, except that it is directed at a thread.
 * SIGKILL with SI_KERNEL at the hard CPU limit, while the victim itself runs: it bears no mark, but the limit was used up.
 * `ulimit -t` sets both limits, and then no SIGXCPU comes before. The values are those of that instant (agent/probe/limit.h).
 * Mistaken for: the same signals sent by somebody (SIGNALED); SIGKILL by the OOM killer, which other rules know.
 * Source: kernel/time/posix-cpu-timers.c check_process_timers, fs/read_write.c generic_write_check_limits.
 */
import { theKernel } from '../actor.js';
import { certainty, weakest } from '../confidence.js';
import { processInPlace } from '../describe.js';
import { fatalSignal } from '../fatal-signal.js';
import type { DeathFacts, LimitFacts, SignalFacts } from '../facts.js';
import { limitEvidence, reachedLimitName } from '../reached-limit.js';
import type { Rule } from '../rule.js';
import { isKernelMade, isOnVictimsBehalf, isSame, siCodes } from '../signal-origin.js';
import { signalName, signals } from '../signal-names.js';
import { en, nothing, zh, type Text } from '../text.js';

export const resourceLimit: Rule = {
  id: 'resource-limit',
  decide(facts) {
    const fatal = fatalSignal(facts);
    if (fatal === null) return null;
    const limit = limitBehind(fatal.signal, facts);
    if (limit === null) return null;
    const [victim, name] = [processInPlace(facts.victim), signalName(fatal.signal.signal)];
    const killed = fatal.signal.signal === signals.SIGKILL;
    const how: Text = killed ? { en: 'killed', zh: '杀死' } : { en: 'ended', zh: '终止' };
    const cleanup: Text = killed ? { en: '; no cleanup was possible', zh: '；来不及清理' } : nothing;
    return {
      cause: 'RESOURCE_LIMIT',
      actor: theKernel,
      confidence: weakest(fatal.confidence, limit.confidence),
      summary: {
        en: en`The kernel ${how} ${victim} with ${name}: it reached ${limit.name}${cleanup}`,
        zh: zh`${victim}被内核用 ${name} ${how}：它达到了${limit.name}${cleanup}`,
      },
      evidence: limitEvidence(fatal.signal, facts),
    };
  },
};

const cpuTime: Text = {
  en: 'its limit of CPU time (RLIMIT_CPU, or RLIMIT_RTTIME of a real-time task)',
  zh: 'CPU 时间上限（RLIMIT_CPU，实时任务为 RLIMIT_RTTIME）',
};
const fileSize: Text = { en: 'its limit of file size (RLIMIT_FSIZE)', zh: '文件大小上限（RLIMIT_FSIZE）' };

interface Limit {
  readonly name: Text;
  readonly confidence: number;
}

function limitBehind(signal: SignalFacts, facts: DeathFacts): Limit | null {
  const { victim } = facts;
  if (signal.signal === signals.SIGKILL) return hardCpuLimit(signal, facts);
  if (signal.signal === signals.SIGXCPU && signal.code === siCodes.SI_KERNEL && isKernelMade(signal, victim)) {
    return { name: softLimit(signal) ?? cpuTime, confidence: certainty.exact };
  }
  const onBehalf = signal.signal === signals.SIGXFSZ ? isOnVictimsBehalf(signal, victim) : 'no';
  if (onBehalf === 'no') return null;
  return {
    name: softLimit(signal) ?? fileSize,
    confidence: onBehalf === 'certain' ? certainty.exact : certainty.threadMissing,
  };
}

/** The kernel warns at the soft limit. */
function softLimit({ reachedLimit }: SignalFacts): Text | null {
  return reachedLimit && reachedLimitName(reachedLimit, 'soft');
}

function hardCpuLimit({ code, sender, running, reachedLimit }: SignalFacts, facts: DeathFacts): Limit | null {
  const byKernel = code === siCodes.SI_KERNEL && sender === null;
  if (!byKernel || running === null || !isSame(running.ref, facts.victim.ref)) return null;
  if (reachedLimit === null || !isUsedUp(reachedLimit) || facts.oomKillAt !== null || facts.oomReport !== null)
    return null;
  const name = reachedLimitName(reachedLimit, 'hard');
  return name && { name, confidence: certainty.hardLimitInferred };
}

/** The kernel counts by the ticks of its clock, which differs from the time that really passed by a few percent. */
function isUsedUp({ resource, hard, cpuTime: used }: LimitFacts): boolean {
  if (resource !== 'cpu' || hard === null || used === null) return false;
  return used * 10n >= BigInt(hard) * 1_000_000_000n * 9n;
}
