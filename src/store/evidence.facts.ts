/** Rows of evidence → facts, pure. Counts of bytes fit a number: the wire carries no more than 2^53. */
import {
  summarizeTasks,
  type CoreDumpFacts,
  type KernelLogFacts,
  type OomReportFacts,
  type OomTaskRowFacts,
} from '../verdict/index.js';
import type { CoreDumpRow, KernelLogRow, OomReportRow, OomReportWithTable, OomTableRow } from './rows.js';

export function oomReportFacts(row: OomReportWithTable): OomReportFacts {
  const memory = (row.memory ?? []).map(({ name, usage, limit, failures }) => {
    return { kind: name, usage, limit, failures: failures ?? null };
  });
  return {
    at: row.at_ns,
    constraint: row.bound_by,
    cgroup: row.cgroup,
    memory,
    trigger: triggerFacts(row),
    victim: {
      anonRss: numberOf(row.anon_rss_bytes),
      fileRss: numberOf(row.file_rss_bytes),
      shmemRss: numberOf(row.shmem_rss_bytes),
      pageTables: numberOf(row.page_tables_bytes),
      oomScoreAdj: row.oom_score_adj,
    },
    table: summarizeTasks(row.tasks.map(taskFacts), row.pid, memory),
    groupKill: row.group_kill,
    cut: row.cut,
  };
}

function taskFacts(row: OomTableRow): OomTaskRowFacts {
  return {
    pid: row.pid,
    comm: row.comm,
    rss: numberOf(row.rss_bytes),
    swap: numberOf(row.swap_bytes),
    pageTables: numberOf(row.page_tables_bytes),
    oomScoreAdj: row.oom_score_adj,
  };
}

function triggerFacts(row: OomReportRow): OomReportFacts['trigger'] {
  if (row.trigger_comm === null) return null;
  return {
    comm: row.trigger_comm,
    pid: row.trigger_pid,
    isVictim: row.trigger_pid === row.pid && row.trigger_start_ns === row.start_ns,
    gfpMask: row.gfp_mask,
    order: row.gfp_order,
  };
}

export function coreDumpFacts(row: CoreDumpRow): CoreDumpFacts {
  return {
    at: row.at_ns,
    pattern: row.pattern,
    path: row.path,
    size: numberOf(row.size_bytes),
    truncated: row.truncated ?? false,
    obstacle: row.obstacle,
    limit: numberOf(row.limit_bytes),
  };
}

export function kernelLogFacts({ at_ns: at, topic, text }: KernelLogRow): KernelLogFacts {
  return { at, topic, text };
}

function numberOf(value: bigint | null): number | null {
  return value === null ? null : Number(value);
}
