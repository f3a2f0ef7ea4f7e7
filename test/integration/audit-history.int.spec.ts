/** The saved questions of docs/audits, as they stand there, asked of a history in which each has something to find. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../support/eventually.js';
import { agentStart, bootedAt, described, ended, exited, init, life, loss, signalled } from '../support/events.js';
import { startStack, type Stack } from '../support/stack.js';

const directory = join(import.meta.dirname, '../../docs/audits');
const question = (name: string) => readFileSync(join(directory, `${name}.graphql`), 'utf8');

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ worker: true });
  const host = await stack.enroll('web-1');
  const shell = life(500, 500);
  const login = { user: { uid: 1001, name: 'dana' }, session: 7 };
  const [killed, polite] = [life(600), life(610)];
  const unit = { unit: 'web.service', cgroup: '/system.slice/web.service', parent: init };
  const lives = [1, 2, 3, 4].map((round) => life(700 + round, 5_000 + round * 1_000));
  const reply = await host.send([
    agentStart(1),
    described(init, { comm: 'systemd', exe: '/usr/lib/systemd/systemd', user: { uid: 0 } }),
    described(shell, { comm: 'bash', exe: '/bin/bash', args: ['-bash'], parent: init, login, tty: 'pts/0' }),
    described(killed, { ...unit, comm: 'web' }),
    described(polite, { ...unit, comm: 'web' }),
    signalled(killed, 1_000, 9, { sender: shell }),
    ended(killed, 1_001, 9),
    signalled(polite, 1_100, 15, { sender: shell }),
    ended(polite, 1_101, 15),
    ...lives.flatMap((one, index) => [
      described(one, { comm: 'flappy', unit: 'flappy.service', cgroup: '/system.slice/flappy.service', parent: init }),
      exited(one, 5_500 + (index + 1) * 1_000, 1),
    ]),
    loss(2_000, 3_000),
  ]);
  if (reply.status !== 200) throw new Error(JSON.stringify(reply.body));
  // Filters look at stored verdicts.
  await eventually(async () => (await stack.sql`select from deaths where cause is null`).length === 0);
});
afterAll(() => stack?.close());

async function ask(name: string) {
  const { data, errors } = await stack.gql(question(name), { since: bootedAt });
  expect(errors).toBeUndefined();
  return Object.values(data)[0] as { nodes: never[] };
}

test('all_of_them_are_answered', async () => {
  for (const file of readdirSync(directory)) await ask(file.replace('.graphql', ''));
});

test('each_finds_what_it_is_for', async () => {
  expect((await ask('sigkills-by-hand')).nodes).toMatchObject([
    { process: { pid: 600, unit: 'web.service' }, verdict: { actor: { login: { user: { name: 'dana' } } } } },
  ]);
  expect((await ask('signalled-yet-success')).nodes).toMatchObject([
    { process: { pid: 610, unit: 'web.service' }, signal: { name: 'SIGTERM' } },
  ]);
  const loops = (await ask('restart-loops')).nodes as {
    process: { unit: string };
    restart: { isLoop: boolean } | null;
  }[];
  expect(loops.some(({ process, restart }) => process.unit === 'flappy.service' && restart?.isLoop)).toBe(true);
  expect((await ask('hosts-with-losses')).nodes).toMatchObject([
    { name: 'web-1', losses: { nodes: [{ cause: expect.any(String) }] } },
  ]);
});
