/** The rate at which BullMQ on Postgres works off empty jobs that wait already: nothing is asked of it but to take them. */
import { createPostgresBackend, withBackend } from 'bullmq';

const jobs = 3_000;
const jobsPerAdd = 500;
/** So many that no round trip leaves a processor idle. */
const concurrency = 50;
const schema = 'bare';

/**
 * @param {import('../support/server.mjs').Server} server @param {import('../support/cleanups.mjs').Cleanups} cleanups
 * @returns {Promise<number>} jobs a second
 */
export async function bareQueue({ databaseUrl }, cleanups) {
  const connection = { connectionString: databaseUrl, schema, max: 10, migrate: true };
  const on = withBackend(createPostgresBackend);
  const queue = new on.Queue('bare', { connection });
  cleanups.defer(() => queue.close());
  await queue.waitUntilReady();
  for (let added = 0; added < jobs; added += jobsPerAdd) {
    await queue.addBulk(
      Array.from({ length: jobsPerAdd }, () => ({ name: 'empty', data: {}, opts: { removeOnComplete: true } })),
    );
  }
  let done = 0;
  let begin = 0;
  const worker = new on.Worker(
    'bare',
    async () => {
      if (begin === 0) begin = performance.now();
    },
    { connection, concurrency, autorun: false },
  );
  const finished = new Promise((resolve) => worker.on('completed', () => (done += 1) === jobs && resolve(0)));
  worker.on('error', () => undefined);
  void worker.run();
  await finished;
  const seconds = (performance.now() - begin) / 1_000;
  await worker.close();
  return jobs / seconds;
}
