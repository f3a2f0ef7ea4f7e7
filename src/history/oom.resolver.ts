import { Args, Context, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import type { OomConstraint, OomLimit, OomReportTasksArgs, OomVictim } from '../generated/graphql.js';
import { EvidenceStore } from '../store/evidence.store.js';
import type { OomReportRow, OomTaskRow, ProcessRow } from '../store/rows.js';
import { pageSize, toConnection, type Connection } from '../platform/connection.js';
import type { OperationContext } from './context.js';
import { cursorParts, decodeCursor, encodeCursor } from '../platform/cursor.js';
import { enumName } from './enum-name.js';
import { float } from './evidence.resolver.js';
import { uidNumber } from './login.js';

@Resolver('OomReport')
export class OomReportResolver {
  constructor(private readonly evidence: EvidenceStore) {}

  @ResolveField('constraint')
  constraint(@Parent() report: OomReportRow): OomConstraint | null {
    return report.bound_by && (enumName(report.bound_by) as OomConstraint);
  }

  @ResolveField('victimCgroup')
  victimCgroup(@Parent() report: OomReportRow): string | null {
    return report.victim_cgroup;
  }

  @ResolveField('limits')
  limits(@Parent() report: OomReportRow): OomLimit[] {
    return report.memory?.map((limit) => ({ ...limit, failures: limit.failures ?? null })) ?? [];
  }

  @ResolveField('trigger')
  async trigger(@Parent() report: OomReportRow, @Context() { loaders }: OperationContext) {
    const { boot, trigger_pid: pid, trigger_start_ns: start_ns, trigger_comm: comm } = report;
    if (comm === null) return null;
    return {
      pid,
      comm,
      process: pid === null || start_ns === null ? null : await asItWas(loaders, { boot, pid, start_ns }, report),
      oomScoreAdj: report.trigger_oom_score_adj,
      gfpMask: report.gfp_mask,
      order: report.gfp_order,
    };
  }

  @ResolveField('victim')
  victim(@Parent() report: OomReportRow): OomVictim {
    return {
      totalVm: float(report.total_vm_bytes),
      anonRss: float(report.anon_rss_bytes),
      fileRss: float(report.file_rss_bytes),
      shmemRss: float(report.shmem_rss_bytes),
      pageTables: float(report.page_tables_bytes),
      oomScoreAdj: report.oom_score_adj,
      score: float(report.score),
    };
  }

  @ResolveField('groupKill')
  groupKill(@Parent() report: OomReportRow): boolean {
    return report.group_kill;
  }

  @ResolveField('tasks')
  async tasks(
    @Parent() report: OomReportRow,
    @Args() { first, after }: OomReportTasksArgs,
  ): Promise<Connection<OomTaskRow>> {
    const size = pageSize(first);
    const key = decodeCursor('oom-tasks', after, [cursorParts.bigint, cursorParts.int]);
    const position = key && { size_bytes: BigInt(key[0]!), position: Number(key[1]) };
    const rows = await this.evidence.oomTasks(report, position, size + 1);
    return toConnection(rows, size, (row) => encodeCursor('oom-tasks', [row.size_bytes, row.position]));
  }
}

function asItWas(
  loaders: OperationContext['loaders'],
  life: Pick<ProcessRow, 'boot' | 'pid' | 'start_ns'>,
  { at_ns }: OomReportRow,
): Promise<ProcessRow | null> {
  return loaders.actor.load({ ...life, at_ns });
}

@Resolver('OomTask')
export class OomTaskResolver {
  @ResolveField('uid')
  uid(@Parent() task: OomTaskRow): number | null {
    return task.uid === null ? null : uidNumber(task.uid);
  }

  @ResolveField('totalVm')
  totalVm(@Parent() task: OomTaskRow): number | null {
    return float(task.total_vm_bytes);
  }

  @ResolveField('rss')
  rss(@Parent() task: OomTaskRow): number | null {
    return float(task.rss_bytes);
  }

  @ResolveField('swap')
  swap(@Parent() task: OomTaskRow): number | null {
    return float(task.swap_bytes);
  }

  @ResolveField('pageTables')
  pageTables(@Parent() task: OomTaskRow): number | null {
    return float(task.page_tables_bytes);
  }

  @ResolveField('oomScoreAdj')
  oomScoreAdj(@Parent() task: OomTaskRow): number | null {
    return task.oom_score_adj;
  }
}
