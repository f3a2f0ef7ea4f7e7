/** The worker is shot between sending and writing down what was answered: the same goes out again under the same id. */
import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { eventually } from '../support/eventually.js';
import { deliveriesOf, noticeOf, receiverFor, tell } from '../support/notices.js';
import { startStack, type Stack } from '../support/stack.js';
import { stop } from '../support/system.js';
import { receiverInputs, startVendors } from '../support/vendors.js';

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function startWorker({ env }: Stack): Promise<ChildProcess> {
  const variables = {
    ...process.env,
    DATABASE_URL: env.databaseUrl,
    WHODUNIT_STATE_DIR: env.stateDir,
    WHODUNIT_DELIVERY_ALLOW: '127.0.0.0/8',
    WHODUNIT_LOG_LEVEL: 'error',
  };
  const worker = spawn(process.execPath, [join(import.meta.dirname, '../../dist/worker.js')], {
    env: variables,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  cleanups.push(() => stop(worker, 'SIGKILL'));
  await once(worker, 'message');
  return worker;
}

test('a_message_whose_answer_died_with_the_worker_is_sent_again_under_its_id_and_nothing_overtakes_it', async () => {
  const vendors = await startVendors();
  cleanups.push(() => vendors.close());
  const stack = await startStack();
  cleanups.push(() => stack.close());
  const receiver = await receiverFor(stack, 'shot.service', { webhook: receiverInputs(vendors.url)['webhook'] });
  const id = randomUUID();
  vendors.mishaps('webhook', 'hang');

  const doomed = await startWorker(stack);
  await tell(stack, [noticeOf('OPENED', { id, unit: 'shot.service' })]);
  await eventually(() => vendors.of('webhook').length === 1);
  await stop(doomed, 'SIGKILL');
  await tell(stack, [noticeOf('RESOLVED', { id, unit: 'shot.service' })]);

  await startWorker(stack);
  // As if the dead one's right to send had run out.
  await stack.sql`update receivers set lease_until = now()`;
  await stack.sql`update deliveries set next_at = now()`;
  await eventually(
    async () => (await deliveriesOf(stack, receiver)).filter(({ state }) => state === 'DELIVERED').length === 2,
    60_000,
  );
  const [opened, resolved] = await deliveriesOf(stack, receiver);
  expect(vendors.of('webhook').map(({ headers }) => headers['webhook-id'])).toEqual([
    opened.id,
    opened.id,
    resolved.id,
  ]);
  expect(vendors.of('webhook').flatMap(({ wrong }) => wrong)).toEqual([]);
  expect(opened).toMatchObject({
    attempts: 2,
    log: [
      { status: 200, code: null },
      { status: null, endedAt: null },
    ],
  });
});
