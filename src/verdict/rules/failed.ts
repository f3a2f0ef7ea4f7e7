/**
 * FAILED: it ended of its own accord, with a status other than 0.
 *
 * Kernel: as EXITED; the status is the low byte of what was given to exit(2).
 * Mistaken for: a kill. Status 137 is not a SIGKILL, let alone an OOM kill: had a signal ended it, the kernel would have
 * said so. A shell passes on 128 + n when its command died by signal n, and the shell itself still exited.
 * Source: wait(2), POSIX 2.8.2, sysexits.h.
 */
import { processInPlace } from '../describe.js';
import { endingOf } from '../ending.js';
import { exitOrigin } from '../exit-origin.js';
import { customaryMeaning, shellSignalNote, shellSignalOf } from '../exit-status.js';
import type { DeathFacts } from '../facts.js';
import type { Rule } from '../rule.js';
import { signalName, signals } from '../signal-names.js';
import { stopRequestClause } from '../stop-request-clause.js';
import { en, nothing, zh, type Text } from '../text.js';
import type { Evidence } from '../verdict.js';
import { exitWords } from './exited.js';

export const failed: Rule = {
  id: 'failed',
  decide(facts) {
    const ending = endingOf(facts);
    if (ending.how !== 'exited' || ending.code === 0) return null;
    const { actor, confidence, answered } = exitOrigin(facts, ending.code);
    const [victim, exit] = [processInPlace(facts.victim), exitWords(answered !== null)];
    const saysSo = answered !== null && shellSignalOf(ending.code) === answered.signal;
    const meaning = saysSo ? nothing : meaningClause(ending.code, facts);
    const after = stopRequestClause(facts, null);
    return {
      cause: 'FAILED',
      actor,
      confidence,
      summary: {
        en: en`${victim} ${exit} with status ${ending.code}${meaning}${after}`,
        zh: zh`${victim}${exit}，退出码 ${ending.code}${meaning}${after}`,
      },
      evidence: shellEvidence(ending.code, facts),
    };
  },
};

function meaningClause(status: number, facts: DeathFacts): Text {
  const signal = shellSignalOf(status);
  if (signal === null) {
    const meaning = customaryMeaning(status);
    return meaning === null ? nothing : { en: en` (customarily: ${meaning})`, zh: zh`（通常表示：${meaning}）` };
  }
  const isNoOom = signal === signals.SIGKILL && facts.oomKillAt === null;
  const notOom: Text = isNoOom ? { en: ' and not an OOM kill', zh: '，也不是 OOM' } : nothing;
  const name = signalName(signal);
  return {
    en: en`; that is not a ${name} (no signal ended it)${notOom}`,
    zh: zh`；这不是 ${name}（它不是被信号终止的）${notOom}`,
  };
}

function shellEvidence(status: number, facts: DeathFacts): readonly Evidence[] {
  const signal = shellSignalOf(status);
  return signal === null ? [] : [{ kind: 'exit', at: facts.at, text: shellSignalNote(signal) }];
}
