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
import { clauses, en, nothing, same, zh, type Text } from './text.js';

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
export function oomSentence(facts: DeathFacts, report: OomReportFacts, because: Text): Text {
  const victim = processInPlace(facts.victim);
  const killed: Text = {
    en: en`${victim} was killed by the kernel's OOM killer because ${because}`,
    zh: zh`${victim}被内核的 OOM killer 杀死，因为${because}`,
  };
  const group: Text = {
    en: 'its whole cgroup was killed with it (memory.oom.group)',
    zh: '整个 cgroup 随之被杀死（memory.oom.group）',
  };
  return clauses(killed, holdings(report.victim), triggerClause(report.trigger), report.groupKill ? group : nothing);
}

/** `cgroup /box reached its limit of 512 MiB` */
export function limitClause({ cgroup, memory }: OomReportFacts): Text {
  const path = cgroup === null ? null : plainOrQuoted(cgroup, pathCharactersMax);
  const name: Text =
    path === null ? { en: 'its cgroup', zh: '其 cgroup' } : { en: `cgroup ${path}`, zh: `cgroup ${path}` };
  const hit = memory.toSorted((a, b) => fullness(b) - fullness(a))[0];
  if (hit === undefined) return { en: en`${name} reached its memory limit`, zh: zh`${name}达到内存上限` };
  const kind = plainOrQuoted(hit.kind);
  const which: Text = hit.kind === 'memory' ? { en: '', zh: '内存' } : { en: `${kind} `, zh: kind };
  const limit = bytes(hit.limit);
  return { en: en`${name} reached its ${which}limit of ${limit}`, zh: zh`${name}达到${which}上限${limit}` };
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

function holdings(victim: OomVictimFacts): Text {
  const resident = residentBytes(victim);
  const { oomScoreAdj } = victim;
  const isLikelier = oomScoreAdj !== null && oomScoreAdj > 0;
  const adjusted: Text = { en: `its oom_score_adj was ${oomScoreAdj}`, zh: `其 oom_score_adj 为 ${oomScoreAdj}` };
  if (resident === null) return isLikelier ? adjusted : nothing;
  const held: Text = { en: en`it held ${bytes(resident)}`, zh: zh`它占用${bytes(resident)}` };
  return isLikelier ? { en: en`${held} and ${adjusted}`, zh: zh`${held}，${adjusted}` } : held;
}

function triggerClause(trigger: OomTriggerFacts | null): Text {
  if (trigger === null) return nothing;
  if (trigger.isVictim) return { en: 'it had asked for memory itself', zh: '申请内存的正是它自己' };
  const name = triggerName(trigger);
  return { en: en`${name} asked for memory`, zh: zh`当时${name}在申请内存` };
}

export function triggerName({ comm, pid }: OomTriggerFacts): Text {
  const name = plainOrQuoted(comm);
  return pid === null ? same(name) : { en: `${name} (pid ${pid})`, zh: `${name}（pid ${pid}）` };
}
