/**
 * Lines that name whom the OOM killer kills, oom_kill_process() and __oom_kill_process() of mm/oom_kill.c. First what was
 * chosen (up to 4.20 a line of its own), then what is killed, which may be a child of it:
 *
 *   Out of memory: kill process 1 (name) score 2 or a child                                        up to 2.6.35
 *   Out of memory: Kill process 1 (name) score 2 or sacrifice child                                up to 4.20
 *   Killed process 1 (name)                                                                        2.6.32
 *   Killed process 1 (name) vsz:3kB, anon-rss:4kB, file-rss:5kB                                    2.6.33
 *   Killed process 1, UID 2, (name) total-vm:3kB, anon-rss:4kB, file-rss:5kB                       RHEL 6
 *   Killed process 1 (name), UID 2, total-vm:3kB, …                                                RHEL 7
 *   Killed process 1 (name) total-vm:3kB, anon-rss:4kB, file-rss:5kB, shmem-rss:6kB                up to 4.20
 *   Memory cgroup out of memory: Killed process 1 (name) total-vm:…                                5.0
 *   Out of memory: Killed process 1 (name) total-vm:3kB, …, shmem-rss:6kB, UID:7 pgtables:8kB oom_score_adj:9   5.3
 */
import { cutText } from '../../bytes/text.js';
import { limits, type OomReportEvent, type OomVictim } from '../../contract.js';
import { clampCount } from './oom-task-table.js';

export type Constraint = OomReportEvent['constraint'];

export interface VictimLine {
  /** `chosen`: the sizes, and perhaps the death of a child instead, are in the line that follows. */
  readonly stage: 'chosen' | 'killed';
  readonly victim: OomVictim;
  /** What the words before say of the reason. */
  readonly constraint: Constraint;
}

const verb = /(?:^|: )([Kk]ill|Killed) process (\d{1,7})(?:, UID (\d{1,10}),)? \(/;
/** Words in front of the verb: mm/oom_kill.c of all generations has these and no others. */
const reason =
  /^(?:Out of memory(?: \(oom_kill_allocating_task\))?|Memory cgroup out of memory|No available memory \(MPOL_BIND\)): $/;

export function parseVictimLine(text: string): VictimLine | undefined {
  const found = verb.exec(text.slice(0, 128));
  if (!found) return undefined;
  const before = text.slice(0, found.index + (found[0].startsWith(': ') ? 2 : 0));
  if (before !== '' && !reason.test(before)) return undefined;
  const pid = Number(found[2]);
  const start = found.index + found[0].length;
  const end = endOfName(text, start);
  if (end < 0 || pid === 0 || pid > limits.pidMax) return undefined;
  const rest = text.slice(end + 1);
  const comm = cutText(text.slice(start, end), limits.commCharactersMax);
  return {
    stage: found[1] === 'Killed' ? 'killed' : 'chosen',
    victim: { pid, comm, ...numbersOf(rest, found[3]) },
    constraint: constraintOf(before),
  };
}

/** A name can hold brackets, what follows cannot but for its own. */
function endOfName(text: string, start: number): number {
  const rest = text.slice(start, start + limits.commCharactersMax + 64);
  const end = /\)(?=$|,? (?:total-vm|vsz|score|UID)\b)/.exec(rest)?.index ?? rest.lastIndexOf(')');
  return end < 0 ? -1 : start + end;
}

function numbersOf(rest: string, uidBefore: string | undefined): Omit<OomVictim, 'pid' | 'comm'> {
  const uid = Number(uidBefore ?? /(?:, UID |\bUID:)(\d{1,10})\b/.exec(rest)?.[1] ?? NaN);
  const score = Number(/^ score (-?\d{1,15})\b/.exec(rest)?.[1] ?? NaN);
  const adj = Number(/\boom_score_adj:(-?\d{1,4})\b/.exec(rest)?.[1] ?? NaN);
  const sizes = {
    totalVm: kilobytes(rest, 'total-vm') ?? kilobytes(rest, 'vsz'),
    anonRss: kilobytes(rest, 'anon-rss'),
    fileRss: kilobytes(rest, 'file-rss'),
    shmemRss: kilobytes(rest, 'shmem-rss'),
    pageTables: kilobytes(rest, 'pgtables'),
  };
  return {
    ...(uid <= 0xffff_ffff && { uid }),
    ...(Number.isSafeInteger(score) && { score }),
    ...(Math.abs(adj) <= 1000 && { oomScoreAdj: adj }),
    ...Object.fromEntries(Object.entries(sizes).filter(([, bytes]) => bytes !== undefined)),
  };
}

function kilobytes(text: string, name: string): number | undefined {
  const at = text.indexOf(`${name}:`);
  const digits = at < 0 ? undefined : /^\d{1,20}(?=kB)/.exec(text.slice(at + name.length + 1))?.[0];
  return digits === undefined ? undefined : clampCount(Number(digits) * 1024);
}

function constraintOf(before: string): Constraint {
  if (before.startsWith('Memory cgroup')) return 'memcg';
  if (before.startsWith('No available memory')) return 'memory-policy';
  return undefined;
}
