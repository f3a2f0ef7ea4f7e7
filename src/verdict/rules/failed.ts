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
import { exitOrigin, stopRequestClause } from '../exit-clauses.js';
import { customaryMeaning, shellSignalNote, shellSignalOf } from '../exit-status.js';
import type { DeathFacts } from '../facts.js';
import type { Rule } from '../rule.js';
import { signalName, signals } from '../signal-names.js';
import type { Evidence } from '../verdict.js';

export const failed: Rule = {
  id: 'failed',
  decide(facts) {
    const ending = endingOf(facts);
    if (ending.how !== 'exited' || ending.code === 0) return null;
    const { actor, confidence, answered } = exitOrigin(facts, ending.code);
    const how = answered === null ? 'exited by itself' : 'stopped as asked: it exited';
    const exit = `${processInPlace(facts.victim)} ${how} with status ${ending.code}`;
    const saysSo = answered !== null && shellSignalOf(ending.code) === answered.signal;
    return {
      cause: 'FAILED',
      actor,
      confidence,
      summary: exit + (saysSo ? '' : meaningClause(ending.code, facts)) + stopRequestClause(facts, null),
      evidence: shellEvidence(ending.code, facts),
    };
  },
};

function meaningClause(status: number, facts: DeathFacts): string {
  const signal = shellSignalOf(status);
  if (signal === null) {
    const meaning = customaryMeaning(status);
    return meaning === null ? '' : ` (customarily: ${meaning})`;
  }
  const notOom = signal === signals.SIGKILL && facts.oomKillAt === null ? ' and not an OOM kill' : '';
  return `; that is not a ${signalName(signal)} (no signal ended it)${notOom}`;
}

function shellEvidence(status: number, facts: DeathFacts): readonly Evidence[] {
  const signal = shellSignalOf(status);
  return signal === null ? [] : [{ kind: 'exit', at: facts.at, text: shellSignalNote(signal) }];
}
