/** What a report of the kernel's OOM killer says, line by line: limit against usage, the victim, who asked for memory. */
import { bytes as amount } from './bytes.js';
import { processName } from './describe.js';
import { plainOrQuoted } from './escape.js';
import type {
  DeathFacts,
  OomCandidateFacts,
  OomLimitFacts,
  OomReportFacts,
  OomTableFacts,
  OomTriggerFacts,
  OomVictimFacts,
} from './facts.js';
import { choiceOf, oomScoreAdjMin } from './oom-badness.js';
import { residentBytes, triggerName } from './oom-kill.js';
import type { Evidence } from './verdict.js';

export function oomReportEvidence(facts: DeathFacts): readonly Evidence[] {
  const report = facts.oomReport;
  if (report === null) return [];
  const texts = [
    `The kernel's OOM report names ${processName(facts.victim).en} as its victim, because ${reasons[report.constraint ?? 'unsaid']}.`,
    ...limitTexts(report),
    ...victimTexts(report.victim),
    ...choiceTexts(report),
    ...shieldedTexts(report.table),
    ...triggerTexts(report.trigger),
    ...(report.groupKill ? ['The kernel killed the whole cgroup, as its memory.oom.group asks.'] : []),
    ...(report.cut ? ['Lines of the report are missing.'] : []),
  ];
  return texts.map((text) => ({ kind: 'oom', at: report.at, text }));
}

const reasons: Readonly<Record<NonNullable<OomReportFacts['constraint']> | 'unsaid', string>> = {
  none: 'the host was out of memory',
  cpuset: 'the memory nodes of a cpuset were full',
  'memory-policy': 'the memory nodes of a memory policy were full',
  memcg: 'a cgroup was at its limit',
  unsaid: 'memory had run out; whose is not said',
};

function limitTexts({ cgroup, memory }: OomReportFacts): readonly string[] {
  if (memory.length === 0) return [];
  const whose = cgroup === null ? 'The cgroup' : `Cgroup ${plainOrQuoted(cgroup, 255)}`;
  return [`${whose} used ${memory.map(limitText).join(', ')}.`];
}

function limitText({ kind, usage, limit, failures }: OomLimitFacts): string {
  const often = failures === null ? '' : ` (hit ${failures} times)`;
  // PAGE_COUNTER_MAX (include/linux/page_counter.h) passes what the wire carries.
  if (limit >= Number.MAX_SAFE_INTEGER) return `${bytes(usage)} of ${plainOrQuoted(kind)}, which has no limit`;
  return `${bytes(usage)} of its ${plainOrQuoted(kind)} limit of ${bytes(limit)}${often}`;
}

function victimTexts(victim: OomVictimFacts): readonly string[] {
  const resident = residentBytes(victim);
  const named: readonly (readonly [string, number | null])[] = [
    ['anonymous', victim.anonRss],
    ['of files', victim.fileRss],
    ['shared', victim.shmemRss],
  ];
  const parts = named.flatMap(([name, part]) => (part === null ? [] : [`${bytes(part)} ${name}`]));
  const tables = victim.pageTables === null ? '' : `, and ${bytes(victim.pageTables)} of page tables`;
  return [
    ...(resident === null ? [] : [`The victim held ${bytes(resident)} of memory (${parts.join(', ')})${tables}.`]),
    ...(victim.oomScoreAdj === null ? [] : [`The victim's oom_score_adj was ${victim.oomScoreAdj}.`]),
  ];
}

/** Why this one, and what would have spared it. */
function choiceTexts(report: OomReportFacts): readonly string[] {
  const choice = choiceOf(report);
  if (choice === null || report.table === null) return [];
  const { victim, next, isWeighed, sparedAt } = choice;
  const held = `${bytes(victim.size)} of memory, swap and page tables`;
  if (next === null) return [`Nothing else could be killed: the victim, with ${held}, was the only candidate.`];
  const rank = `The victim was the ${isWeighed ? 'worst' : 'largest'} of ${report.table.candidates} candidates: ${held}`;
  const weighed = (candidate: OomCandidateFacts) => (isWeighed ? adjustment(candidate) : '');
  const why = `${rank}${weighed(victim)}; next was ${candidateName(next)} with ${bytes(next.size)}${weighed(next)}.`;
  if (sparedAt === null) return [why];
  return [why, `An oom_score_adj of ${sparedAt} or lower would have spared it, at the cost of ${candidateName(next)}.`];
}

function adjustment({ oomScoreAdj }: OomCandidateFacts): string {
  return oomScoreAdj === 0 ? '' : ` (oom_score_adj ${oomScoreAdj})`;
}

function shieldedTexts(table: OomTableFacts | null): readonly string[] {
  if (table === null || table.shieldedTotal === 0) return [];
  const named = table.shielded.map((one) => `${candidateName(one)} by ${one.oomScoreAdj}, with ${bytes(one.size)}`);
  const more = table.shieldedTotal - table.shielded.length;
  const rest = more > 0 ? [`${more} more`] : [];
  return [
    `Protected by oom_score_adj (${oomScoreAdjMin}: never killed) ${table.shieldedTotal === 1 ? 'was' : 'were'} ${[...named, ...rest].join('; ')}.`,
  ];
}

function candidateName({ comm, pid }: OomCandidateFacts): string {
  return `${plainOrQuoted(comm)} (pid ${pid})`;
}

function triggerTexts(trigger: OomTriggerFacts | null): readonly string[] {
  if (trigger === null) return [];
  const details = [
    ...(trigger.gfpMask === null ? [] : [plainOrQuoted(trigger.gfpMask, 255)]),
    ...(trigger.order === null ? [] : [`order ${trigger.order}`]),
  ];
  return [`${triggerName(trigger).en} asked for memory${details.length === 0 ? '' : ` (${details.join(', ')})`}.`];
}

function bytes(count: number): string {
  return amount(count).en;
}
