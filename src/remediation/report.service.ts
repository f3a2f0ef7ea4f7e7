/** What agents say of their commands. */
import { Inject, Injectable } from '@nestjs/common';
import { Report } from '../contract/index.js';
import { Failure } from '../platform/errors.js';
import type { Logger } from '../platform/logger.js';
import { LOGGER } from '../platform/platform.tokens.js';
import { JobQueue } from '../queue/job.queue.js';
import { BootStore } from '../store/boot.store.js';
import { JobStore } from '../store/job.store.js';
import { storable } from '../store/text.js';
import { report } from './steps.js';

@Injectable()
export class ReportService {
  constructor(
    private readonly jobs: JobStore,
    private readonly boots: BootStore,
    private readonly queue: JobQueue,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /**
   * In Postgres when this returns; the same report may come twice.
   * @throws Failure `remediation/bad-report` (400), `remediation/unknown-command` (404), `remediation/not-stored` (503).
   */
  async take(hostId: number, body: unknown): Promise<void> {
    const parsed = Report.safeParse(body);
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      const detail = `Nothing was stored: ${issue?.path.join('.') || 'the report'}: ${issue?.message ?? 'is not valid'}.`;
      throw new Failure({ code: 'remediation/bad-report', status: 400, detail });
    }
    if (!(await this.stored(hostId, storable(parsed.data)))) {
      const detail = 'Nothing was stored: this host was never given a command of that id.';
      throw new Failure({ code: 'remediation/unknown-command', status: 404, detail });
    }
  }

  private async reopen(boot: number, { actors, command }: Report): Promise<void> {
    const lives = actors.map(({ pid, start }) => ({ boot, pid, start_ns: BigInt(start) }));
    await this.jobs.reopenActed(lives, command);
    void this.queue.wake('decide-pending');
  }

  private async stored(hostId: number, told: Report): Promise<boolean> {
    try {
      const job = await this.jobs.jobOfCommand(hostId, told.command);
      if (job === null) return false;
      const boot = told.actors.length > 0 ? await this.boots.byBootId(hostId, told.bootId) : null;
      const at = new Date();
      const [changed] = await this.jobs.change([job], (whole) => report(whole, told, boot, at), { at });
      // A death that was decided already may be its doing. Also for a report that came before: nobody knows how far that got.
      if (boot !== null) await this.reopen(boot, told);
      // The next wave waits for this.
      if (changed?.commands.some(({ state }) => state === 'WAITING')) void this.queue.wake('dispatch-jobs');
      return true;
    } catch (error) {
      this.logger.error({ err: error, hostId }, 'a report could not be stored');
      const detail = 'Nothing was stored: the database did not take the report. Send it again.';
      throw new Failure({ code: 'remediation/not-stored', status: 503, detail, retryAfterSeconds: 1, cause: error });
    }
  }
}
