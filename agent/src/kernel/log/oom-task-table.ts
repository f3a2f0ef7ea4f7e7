/**
 * The table "Tasks state" of an OOM report, dump_tasks() of mm/oom_kill.c. Its head names the columns:
 *
 *   [ pid ]   uid  tgid total_vm      rss cpu oom_adj name                                       2.6.32
 *   [ pid ]   uid  tgid total_vm      rss cpu oom_adj oom_score_adj name                         2.6.36 to 3.4
 *   [ pid ]   uid  tgid total_vm      rss nr_ptes swapents oom_score_adj name                    3.7
 *   [ pid ]   uid  tgid total_vm      rss nr_ptes nr_pmds swapents oom_score_adj name            4.0
 *   [ pid ]   uid  tgid total_vm      rss pgtables_bytes swapents oom_score_adj name             4.15
 *   [  pid  ]   uid  tgid total_vm      rss rss_anon rss_file rss_shmem pgtables_bytes swapents oom_score_adj name  6.8
 *
 * total_vm, rss and swapents count pages, nr_ptes and nr_pmds pages of page tables. The report does not say how large a
 * page is: 4 KiB is assumed, which is wrong on ppc64 and on some arm64 kernels.
 */
import { cutText } from '../../bytes/text.js';
import { limits, type OomTask } from '../../contract.js';

export const pageBytesAssumed = 4096;

const columnNames = [
  'uid',
  'tgid',
  'total_vm',
  'rss',
  'cpu',
  'oom_adj',
  'rss_anon',
  'rss_file',
  'rss_shmem',
  'nr_ptes',
  'nr_pmds',
  'pgtables_bytes',
  'swapents',
  'oom_score_adj',
] as const;
type Column = (typeof columnNames)[number];

const headPattern = /^\[ {1,4}pid {1,4}\]\s{1,8}([a-z_ \t]{1,256}) name\s{0,8}$/;
const columnsMax = columnNames.length;

/** The columns that a head names; undefined for what is no head, or has a column that we do not know. */
export function parseTaskHead(text: string): readonly Column[] | undefined {
  const names = headPattern.exec(text)?.[1]?.trim().split(/\s+/);
  if (names === undefined || names.length > columnsMax) return undefined;
  const known = names.filter((name): name is Column => columnNames.some((column) => column === name));
  return known.length === names.length ? known : undefined;
}

const rowPattern = /^\[ {0,8}(\d{1,7})\]\s+/;

/** A row under those columns. The name is the rest of the line: it may hold blanks. */
export function parseTaskRow(text: string, columns: readonly Column[]): OomTask | undefined {
  const start = rowPattern.exec(text);
  const pid = Number(start?.[1] ?? 0);
  if (!start || pid === 0 || pid > limits.pidMax) return undefined;
  let rest = text.slice(start[0].length);
  const values = new Map<Column, number>();
  for (const column of columns) {
    const field = /^(-?\d{1,20})\s+/.exec(rest);
    if (!field) return undefined;
    values.set(column, Number(field[1]));
    rest = rest.slice(field[0].length);
  }
  return rowOf(pid, cutText(rest.trimEnd(), limits.commCharactersMax), values);
}

function rowOf(pid: number, comm: string, values: ReadonlyMap<Column, number>): OomTask {
  const threadGroup = values.get('tgid') ?? 0;
  const uid = values.get('uid') ?? -1;
  const [totalVm, rss, swap] = (['total_vm', 'rss', 'swapents'] as const).map((name) => pages(values.get(name)));
  const pageTables = pageTableBytes(values);
  const adj = scoreAdjOf(values);
  return {
    pid,
    ...(threadGroup >= 1 && threadGroup <= limits.pidMax && { threadGroup }),
    ...(uid >= 0 && uid <= 0xffff_ffff && { uid }),
    comm,
    ...(totalVm !== undefined && { totalVm }),
    ...(rss !== undefined && { rss }),
    ...(swap !== undefined && { swap }),
    ...(pageTables !== undefined && { pageTables }),
    ...(adj !== undefined && { oomScoreAdj: adj }),
  };
}

function pages(count: number | undefined): number | undefined {
  return count === undefined ? undefined : clampCount(count * pageBytesAssumed);
}

function pageTableBytes(values: ReadonlyMap<Column, number>): number | undefined {
  const bytes = values.get('pgtables_bytes');
  if (bytes !== undefined) return clampCount(bytes);
  const ptes = values.get('nr_ptes');
  return ptes === undefined ? undefined : pages(ptes + (values.get('nr_pmds') ?? 0));
}

function scoreAdjOf(values: ReadonlyMap<Column, number>): number | undefined {
  const adj = values.get('oom_score_adj');
  if (adj !== undefined) return Math.abs(adj) <= 1000 ? adj : undefined;
  return scoreAdjOfAdj(values.get('oom_adj'));
}

/** oom_adj of -17 to 15 as the kernel converts it: proc_oom_adj_write() of fs/proc/base.c. */
export function scoreAdjOfAdj(adj: number | undefined): number | undefined {
  if (adj === undefined || adj < -17 || adj > 15) return undefined;
  return adj === 15 ? 1000 : Math.trunc((adj * 1000) / 17);
}

/** What the wire can carry: a counter that fell below zero while it was read is 0, "no limit" the largest number. */
export function clampCount(value: number): number {
  return Math.min(Math.max(Math.trunc(value), 0), Number.MAX_SAFE_INTEGER);
}
