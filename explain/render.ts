/** Findings as text for people, or as JSON for programs. Names are the kernel log's, so they are escaped. */
import type { Finding } from '../agent/src/kernel/log/read-kernel-log.js';
import type { LogLine } from '../agent/src/kernel/log/log-line.js';
import type { OomTask } from '../src/contract/index.js';
import { decide, inLocale, quote, type Locale, type Verdict } from '../src/verdict/index.js';
import { deathsOf } from './facts.js';

/** Rows of the task table that are shown: the largest. */
const candidatesShown = 10;

export interface Explained {
  /** As the line says it: `[14808.064091]`, or a date in the writer's own zone. Null where it says nothing. */
  readonly time: string | null;
  /** One for each process that died. */
  readonly verdicts: readonly Verdict[];
  /** Of a hung task, or of a report that names nobody. */
  readonly note: string | null;
  readonly candidates: readonly OomTask[];
}

/** In the order in which the log has them; a report is found only at its end. */
export function explainAll(findings: readonly Finding[]): readonly Explained[] {
  const timeOf = (finding: Finding) => lineOf(finding).microseconds;
  return findings.toSorted((a, b) => (timeOf(a) ?? NaN) - (timeOf(b) ?? NaN) || 0).map(explain);
}

const lineOf = (finding: Finding) => (finding.kind === 'oom' ? finding.report.from : finding.line);

function explain(finding: Finding): Explained {
  const line = lineOf(finding);
  const tasks = finding.kind === 'oom' ? finding.report.fields.tasks : [];
  return {
    time: timeOf(line),
    verdicts: deathsOf(finding).map(decide),
    note: noteOf(finding),
    candidates: tasks.toSorted((a, b) => (b.rss ?? 0) - (a.rss ?? 0)),
  };
}

export function renderText(all: readonly Explained[], locale: Locale = 'EN'): string {
  return all.map((one) => renderOne(one, locale)).join('\n');
}

/** Times in nanoseconds since boot, as text. */
export function renderJson(all: readonly Explained[]): string {
  const plain = (_: string, value: unknown) => (typeof value === 'bigint' ? value.toString() : value);
  return `${JSON.stringify(all, plain, 2)}\n`;
}

function renderOne({ time, verdicts, note, candidates }: Explained, locale: Locale): string {
  const when = time === null ? '' : `${time}  `;
  const lines = verdicts.flatMap(({ cause, actor, confidence, summary, evidence }) => [
    `${when}${cause} by ${actor.kind}, confidence ${confidence}`,
    `  ${inLocale(summary, locale)}`,
    ...evidence.map(({ text }) => `  - ${text}`),
  ]);
  if (note !== null) lines.push(`${when}${note}`);
  return [...lines, ...table(candidates), ''].join('\n');
}

function table(candidates: readonly OomTask[]): readonly string[] {
  if (candidates.length === 0) return [];
  const shown = candidates.slice(0, candidatesShown);
  const rows = shown.map(({ pid, comm, rss, swap, oomScoreAdj }) =>
    [`${pid}`, quote(comm), mebibytes(rss), mebibytes(swap), `${oomScoreAdj ?? ''}`].map((text, column) =>
      column === 1 ? text.padEnd(20) : text.padStart(10),
    ),
  );
  const head = `  Candidates, the largest ${shown.length} of ${candidates.length}:`;
  const names = [
    'pid'.padStart(10),
    'name'.padEnd(20),
    'rss MiB'.padStart(10),
    'swap MiB'.padStart(10),
    ' adj'.padStart(10),
  ];
  return [head, `  ${names.join(' ')}`, ...rows.map((row) => `  ${row.join(' ')}`)];
}

function noteOf(finding: Finding): string | null {
  if (finding.kind === 'oom') {
    const { victims } = finding.report.fields;
    return victims.length > 0
      ? null
      : 'A report of the OOM killer that names no victim: its end is missing, or nobody could be killed.';
  }
  const { fault } = finding;
  if (fault.signal !== undefined) return null;
  return `${quote(fault.comm)} (pid ${fault.pid}) hung without interruption. It is not dead, and no signal can end it: look at what it waits for.`;
}

function timeOf({ wall, microseconds }: LogLine): string | null {
  const two = (value: number) => String(value).padStart(2, '0');
  if (wall) {
    const { year, month, day, hour, minute, second } = wall;
    const date = [...(year === undefined ? [] : [year]), month === undefined ? '??' : two(month), two(day)].join('-');
    return `${date} ${two(hour)}:${two(minute)}:${two(second)}`;
  }
  return microseconds === undefined ? null : `[${(microseconds / 1e6).toFixed(6)}]`;
}

function mebibytes(bytes: number | undefined): string {
  return bytes === undefined ? '' : (bytes / 1024 / 1024).toFixed(1);
}
