/** What beside signals and exits speaks of a death: OOM reports, lines of the kernel log, core dumps. */
import { Inject, Injectable } from '@nestjs/common';
import { factLimits } from '../verdict/index.js';
import { groupBy } from './facts.rows.js';
import { bigints, keyArrays } from './keys.js';
import type { Db } from './postgres.js';
import type {
  CoreDumpRow,
  KernelLogRow,
  LifeKey,
  OomReportRow,
  OomReportWithTable,
  OomTableRow,
  OomTaskRow,
} from './rows.js';
import { run } from './sql.js';
import { DB } from './store.tokens.js';

@Injectable()
export class EvidenceStore {
  constructor(@Inject(DB) private readonly db: Db) {}

  async coreDumps(keys: readonly LifeKey[]): Promise<CoreDumpRow[]> {
    return run<CoreDumpRow>(this.db, 'coreDumpsByVictim', keyArrays(keys));
  }

  /** Earliest first; seldom more than one for a life. */
  async oomReports(keys: readonly LifeKey[]): Promise<OomReportRow[]> {
    return run<OomReportRow>(this.db, 'oomReportsByVictim', keyArrays(keys));
  }

  /** With their tables of tasks; one row more than are looked at, where there are more. */
  async oomReportsWithTables(keys: readonly LifeKey[]): Promise<OomReportWithTable[]> {
    const reports = await this.oomReports(keys);
    // A group kill has no choice to explain, and as many victims as the group has processes.
    const explained = new Map(
      reports.filter((report) => !report.group_kill).map((report) => [reportId(report), report]),
    );
    if (explained.size === 0) return reports.map((report) => ({ ...report, tasks: [] }));
    const wanted = [...explained.values()];
    const rows = await run<OomTableRow>(this.db, 'oomTables', [
      wanted.map(({ boot }) => boot),
      bigints(wanted.map(({ line }) => line)),
      factLimits.oomTasksMax + 1,
    ]);
    const tables = groupBy(rows, reportId);
    return reports.map((report) => ({ ...report, tasks: tables.get(reportId(report)) ?? [] }));
  }

  /** Oldest first, the last `factLimits.kernelLogMax` for each life. */
  async kernelLog(keys: readonly LifeKey[]): Promise<KernelLogRow[]> {
    return run<KernelLogRow>(this.db, 'kernelLogByProcess', [...keyArrays(keys), factLimits.kernelLogMax]);
  }

  /** The candidates of one report, the largest first. */
  async oomTasks(
    report: Pick<OomReportRow, 'boot' | 'line'>,
    after: Pick<OomTaskRow, 'size_bytes' | 'position'> | null,
    limit: number,
  ): Promise<OomTaskRow[]> {
    const position = [after?.size_bytes ?? null, after?.position ?? null];
    return run<OomTaskRow>(this.db, 'oomTasksPage', [report.boot, report.line, ...position, limit]);
  }
}

function reportId({ boot, line }: Pick<OomReportRow, 'boot' | 'line'>): string {
  return `${boot}.${line}`;
}
