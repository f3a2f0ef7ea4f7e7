/** What the two rules of the kernel's OOM killer share: whether it was the one that killed, for whom, and in what words. */
import { bytes } from './bytes.js';
import { certainty } from './confidence.js';
import { processInPlace } from './describe.js';
import { endingOf } from './ending.js';
import { plainOrQuoted } from './escape.js';
import type { DeathFacts, OomReportFacts, OomTriggerFacts, OomVictimFacts } from './facts.js';
import { fatalSignal } from './fatal-signal.js';
import { isKernelMade } from './signal-origin.js';
import { signals } from './signal-names.js';

export interface OomKill {
  readonly report: OomReportFacts;
  readonly confidence: number;
}

/** Null where no report names it, or where the SIGKILL that ended it came from somebody else. */
export function oomKill(facts: DeathFacts): OomKill | null {
  const ending = endingOf(facts);
  if (ending.how !== 'signaled' || ending.signal !== signals.SIGKILL || facts.oomReport === null) return null;
  const fatal = fatalSignal(facts);
  if (fatal !== null && !isKernelMade(fatal.signal, facts.victim)) return null;
  return { report: facts.oomReport, confidence: fatal?.confidence ?? certainty.loggedOnly };
}

/** Kernels before 4.19 do not print the constraint, but whose limit was hit. */
export function isOfCgroup({ constraint, cgroup, memory }: OomReportFacts): boolean {
  return constraint === null ? cgroup !== null || memory.length > 0 : constraint === 'memcg';
}

/** `worker (pid 4711) was killed by the kernel's OOM killer because … ; it held 480 MiB; mysqld (pid 812) asked for memory` */
export function oomSentence(facts: DeathFacts, report: OomReportFacts, because: string): string {
  const killed = `${processInPlace(facts.victim)} was killed by the kernel's OOM killer because ${because}`;
  const group = report.groupKill ? ['its whole cgroup was killed with it (memory.oom.group)'] : [];
  return [killed, ...holdings(report.victim), ...triggerClause(report.trigger), ...group].join('; ');
}

/** `cgroup /box reached its limit of 512 MiB` */
export function limitClause({ cgroup, memory }: OomReportFacts): string {
  const name = cgroup === null ? 'its cgroup' : `cgroup ${plainOrQuoted(cgroup, pathCharactersMax)}`;
  const hit = memory.toSorted((a, b) => fullness(b) - fullness(a))[0];
  if (hit === undefined) return `${name} reached its memory limit`;
  const which = hit.kind === 'memory' ? '' : `${plainOrQuoted(hit.kind)} `;
  return `${name} reached its ${which}limit of ${bytes(hit.limit)}`;
}

const pathCharactersMax = 255;

export function residentBytes({ anonRss, fileRss, shmemRss }: OomVictimFacts): number | null {
  const known = [anonRss, fileRss, shmemRss].filter((part) => part !== null);
  return known.length === 0 ? null : known.reduce((sum, part) => sum + part, 0);
}

/** A report can be printed a moment after another has freed some: the fullest was the one that was hit. */
function fullness({ usage, limit }: OomReportFacts['memory'][number]): number {
  return limit === 0 ? Number.MAX_VALUE : usage / limit;
}

function holdings(victim: OomVictimFacts): readonly string[] {
  const resident = residentBytes(victim);
  const { oomScoreAdj } = victim;
  const likelier = oomScoreAdj !== null && oomScoreAdj > 0 ? `its oom_score_adj was ${oomScoreAdj}` : null;
  const held = resident === null ? null : `it held ${bytes(resident)}`;
  const both = [held, likelier].filter((part) => part !== null).join(' and ');
  return both === '' ? [] : [both];
}

function triggerClause(trigger: OomTriggerFacts | null): readonly string[] {
  if (trigger === null) return [];
  if (trigger.isVictim) return ['it had asked for memory itself'];
  return [`${triggerName(trigger)} asked for memory`];
}

export function triggerName({ comm, pid }: OomTriggerFacts): string {
  return `${plainOrQuoted(comm)}${pid === null ? '' : ` (pid ${pid})`}`;
}
