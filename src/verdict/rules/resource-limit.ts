/**
 * RESOURCE_LIMIT: it used more than a limit of its own (setrlimit, ulimit) allows.
 *
 * Kernel: SIGXCPU with SI_KERNEL once the soft CPU limit is used up; SIGXFSZ by `send_sig(SIGXFSZ, current, 0)` on a write
 * beyond the file size limit, which looks as if the process had sent it to itself, except that it is directed at a thread.
 * Mistaken for: the same signals sent by somebody (SIGNALED); the hard CPU limit's SIGKILL, which bears no mark (UNKNOWN).
 * Source: kernel/time/posix-cpu-timers.c check_rlimit, fs/read_write.c generic_write_check_limits.
 */
import { theKernel } from '../actor.js';
import { certainty, weakest } from '../confidence.js';
import { processInPlace } from '../describe.js';
import { fatalSignal } from '../fatal-signal.js';
import type { DeathFacts, SignalFacts } from '../facts.js';
import type { Rule } from '../rule.js';
import { isKernelMade, isOnVictimsBehalf, siCodes } from '../signal-origin.js';
import { signalName, signals } from '../signal-names.js';
import { en, zh, type Text } from '../text.js';

export const resourceLimit: Rule = {
  id: 'resource-limit',
  decide(facts) {
    const fatal = fatalSignal(facts);
    if (fatal === null) return null;
    const limit = limitBehind(fatal.signal, facts);
    if (limit === null) return null;
    const [victim, name] = [processInPlace(facts.victim), signalName(fatal.signal.signal)];
    return {
      cause: 'RESOURCE_LIMIT',
      actor: theKernel,
      confidence: weakest(fatal.confidence, limit.confidence),
      summary: {
        en: en`The kernel ended ${victim} with ${name}: it reached its limit of ${limit.name}`,
        zh: zh`${victim}被内核用 ${name} 终止：它达到了${limit.name}`,
      },
      evidence: [],
    };
  },
};

const cpuTime: Text = {
  en: 'CPU time (RLIMIT_CPU, or RLIMIT_RTTIME of a real-time task)',
  zh: 'CPU 时间上限（RLIMIT_CPU，实时任务为 RLIMIT_RTTIME）',
};
const fileSize: Text = { en: 'file size (RLIMIT_FSIZE)', zh: '文件大小上限（RLIMIT_FSIZE）' };

interface Limit {
  readonly name: Text;
  readonly confidence: number;
}

function limitBehind(signal: SignalFacts, { victim }: DeathFacts): Limit | null {
  if (signal.signal === signals.SIGXCPU && signal.code === siCodes.SI_KERNEL && isKernelMade(signal, victim)) {
    return { name: cpuTime, confidence: certainty.exact };
  }
  const onBehalf = signal.signal === signals.SIGXFSZ ? isOnVictimsBehalf(signal, victim) : 'no';
  if (onBehalf === 'no') return null;
  return {
    name: fileSize,
    confidence: onBehalf === 'certain' ? certainty.exact : certainty.threadMissing,
  };
}
