/** What the worker and the streams look for among jobs, by state and time. The rows are locked by whoever acts on them. */
import { Inject, Injectable } from '@nestjs/common';
import type { Db } from './postgres.js';
import { run } from './sql.js';
import { DB } from './store.tokens.js';

/** After a command's expiry the agent takes it no more: what was sent and not heard of by then is not known. */
export const sentGraceMs = 60_000;
/** What runs may take its time: a service that stops slowly, a parent of zombies that is given time to wait. */
export const runningGraceMs = 600_000;

@Injectable()
export class JobQueueStore {
  constructor(@Inject(DB) private readonly db: Db) {}

  /** Runs it while nobody else does: what two workers decide at once would not count for each other. */
  async alone<T>(work: () => Promise<T>): Promise<T> {
    return (await this.db.begin(async (tx) => {
      await tx`select pg_advisory_xact_lock(hashtext('whodunit dispatch'))`;
      return work();
    })) as T;
  }

  /** Approved jobs with something to sign, oldest first. */
  async signable(limit: number): Promise<string[]> {
    return ids(await run<{ id: string }>(this.db, 'queuedJobs', [limit]));
  }

  /** Jobs with a signed command for these hosts. */
  async forHosts(hostIds: readonly number[]): Promise<string[]> {
    return ids(await run<{ id: string }>(this.db, 'commandsForHosts', [[...hostIds]]));
  }

  /** Jobs that time has run out for. */
  async overdue(limit: number): Promise<string[]> {
    return ids(await run<{ id: string }>(this.db, 'overdueJobs', [`${sentGraceMs} ms`, `${runningGraceMs} ms`, limit]));
  }

  /** This API process holds the streams of these hosts: said on opening, and again with each heartbeat. */
  async holdStreams(process: string, hostIds: readonly number[]): Promise<void> {
    if (hostIds.length > 0) await run(this.db, 'holdStreams', [[...hostIds], process]);
  }

  /** They are closed; unless another process holds them by now. */
  async dropStreams(process: string, hostIds: readonly number[]): Promise<void> {
    if (hostIds.length === 0) return;
    await this.db`delete from command_streams where process = ${process} and host_id in ${this.db([...hostIds])}`;
  }
}

function ids(rows: readonly { readonly id: string }[]): string[] {
  return rows.map(({ id }) => id);
}
