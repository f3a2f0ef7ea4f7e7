/** What beside signals and exits speaks of a death: OOM reports, lines of the kernel log, core dumps. */
import { Inject, Injectable } from '@nestjs/common';
import { factLimits } from '../verdict/index.js';
import { keyArrays } from './keys.js';
import type { Db } from './postgres.js';
import type { CoreDumpRow, KernelLogRow, LifeKey, OomReportRow, OomTaskRow } from './rows.js';
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
