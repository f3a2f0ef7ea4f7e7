/** What agents say of their commands. */
import { Inject, Injectable } from '@nestjs/common';
import { Report } from '../contract/index.js';
import { Failure } from '../platform/errors.js';
import type { Logger } from '../platform/logger.js';
import { LOGGER } from '../platform/platform.tokens.js';
import { together } from '../platform/together.js';
import { JobQueue } from '../queue/job.queue.js';
import { BootStore } from '../store/boot.store.js';
import { JobStore } from '../store/job.store.js';
import { storable } from '../store/text.js';
import { reports, type ToldReport } from './steps.js';

/** Reports that are stored by one transaction. */
const reportsPerTurn = 100;

interface Received {
  readonly hostId: number;
  readonly told: Report;
}

@Injectable()
export class ReportService {
  private readonly stored = together((all: readonly Received[]) => this.store(all), reportsPerTurn);

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
    const isKnown = await this.stored({ hostId, told: storable(parsed.data) }).catch((cause: unknown) => {
      this.logger.error({ err: cause, hostId }, 'a report could not be stored');
      const detail = 'Nothing was stored: the database did not take the report. Send it again.';
      throw new Failure({ code: 'remediation/not-stored', status: 503, detail, retryAfterSeconds: 1, cause });
    });
    if (isKnown) return;
    const detail = 'Nothing was stored: this host was never given a command of that id.';
    throw new Failure({ code: 'remediation/unknown-command', status: 404, detail });
  }

  /** @returns for each whether its host has that command. */
  private async store(all: readonly Received[]): Promise<boolean[]> {
    const [jobOf, bootOf] = await Promise.all([
      this.jobs.jobsOfCommands(all.map(({ told }) => told.command)),
      this.boots.byBootIds(
        all.flatMap(({ hostId, told }) => (told.actors.length > 0 ? [{ hostId, bootId: told.bootId }] : [])),
      ),
    ]);
    const known = all.flatMap(({ hostId, told }) => {
      const job = jobOf(hostId, told.command);
      const boot = told.actors.length > 0 ? bootOf(hostId, told.bootId) : null;
      return job === null ? [] : [{ job, boot, report: told }];
    });
    const ofJobs = new Map<string, ToldReport[]>();
    for (const one of known) ofJobs.set(one.job, [...(ofJobs.get(one.job) ?? []), one]);
    const at = new Date();
    const changed = await this.jobs.change(
      [...ofJobs.keys()],
      (whole) => reports(whole, ofJobs.get(whole.job.id)!, at),
      {
        at,
      },
    );
    await this.reopen(known);
    // The next wave waits for this.
    const waits = changed.some(({ commands }) => commands.some(({ state }) => state === 'WAITING'));
    if (waits) void this.queue.wake('dispatch-jobs');
    return all.map(({ hostId, told }) => jobOf(hostId, told.command) !== null);
  }

  /** A death that was decided already may be their doing. Also for reports that came before: nobody knows how far those got. */
  private async reopen(told: readonly ToldReport[]): Promise<void> {
    const lives = told.flatMap(({ boot, report: { command, actors } }) =>
      boot === null ? [] : actors.map(({ pid, start }) => ({ boot, pid, start_ns: BigInt(start), command })),
    );
    if (lives.length > 0 && (await this.jobs.reopenActed(lives)) > 0) void this.queue.wake('decide-pending');
  }
}
