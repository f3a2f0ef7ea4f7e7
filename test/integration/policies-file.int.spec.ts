/** `npm run policies`: a YAML file is checked as a whole, shown against what is stored, and applied. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { hostWithDeadService, policy, workerParts } from '../support/policies.js';
import { startStack, type Stack } from '../support/stack.js';

const script = path.join(import.meta.dirname, '../../scripts/policies.mjs');
const good = `
- name: keep-redis
  armed: true
  when: { death: { cause: [SIGNALED], unit: ['redis*'], confidenceMin: 0 } }
  where: { labels: { role: db } }
  do: { action: RESTART_SERVICE }
- name: resume
  when: { episode: { state: STOPPED } }
  do: { action: RESUME_PROCESS }
`;

let stack: Stack;
let directory: string;
beforeAll(async () => {
  stack = await startStack();
  directory = await mkdtemp(path.join(tmpdir(), 'policies-'));
});
afterAll(async () => {
  await rm(directory, { recursive: true });
  await stack.close();
});

async function apply(text: string, ...flags: string[]): Promise<{ status: number; out: string; err: string }> {
  const file = path.join(directory, 'policies.yaml');
  await writeFile(file, text);
  const env = { ...process.env, WHODUNIT_URL: stack.url, WHODUNIT_STATE_DIR: stack.env.stateDir };
  return new Promise((resolve) => {
    execFile(process.execPath, [script, 'apply', file, ...flags], { env }, (error, out, err) =>
      resolve({ status: Number(error?.code ?? 0), out, err }),
    );
  });
}

test('a_file_is_shown_with_what_it_would_have_done_then_applied_and_then_no_change', async () => {
  const worker = await workerParts(stack);
  await hostWithDeadService(stack, 'web-1', 3_000);
  await worker.decide();
  await worker.close();
  await stack.sql`update hosts set labels = '{"role": "db"}'`;

  const dry = await apply(good, '--dry-run');
  expect(dry).toMatchObject({ status: 0, err: '' });
  expect(dry.out).toContain('keep-redis: would be new\n  the last 7 days: Would have acted once.');
  expect(dry.out).toContain('resume: would be new\n  the last 7 days: Would have acted 0 times.');
  expect(await policy(stack, 'keep-redis')).toBeNull();

  expect((await apply(good)).out).toBe('keep-redis: new\nresume: new\n');
  expect(await policy(stack, 'keep-redis')).toMatchObject({ armed: true, version: 1, updatedBy: 'admin' });
  expect((await apply(good)).out).toBe('keep-redis: as it is\nresume: as it is\n');
  expect(await policy(stack, 'keep-redis')).toMatchObject({ version: 1 });

  const changed = good.replace('role: db', 'role: cache').replace('name: resume', 'name: resume\n  atMostPerHour: 1');
  const { out } = await apply(changed, '--json', '--dry-run');
  expect(JSON.parse(out)).toMatchObject({
    dryRun: true,
    policies: [
      { name: 'keep-redis', isNew: false, differences: [{ field: 'where.labels' }], lately: { acted: 0 } },
      { name: 'resume', differences: [{ field: 'atMostPerHour', before: 3, after: 1 }] },
    ],
  });
  await apply(changed);
  expect(await policy(stack, 'resume')).toMatchObject({ version: 2, atMostPerHour: 1 });
});

test.each([
  [
    'a_wrong_value',
    `${good}\n- { name: bad, when: {}, do: { action: REBOOT_HOST } }`,
    'policy 3 (bad): Nothing was stored: when: ',
  ],
  [
    'an_unknown_field',
    `${good}\n- { name: bad, hosts: 1, when: {}, do: { action: REBOOT_HOST } }`,
    '"hosts" is not defined',
  ],
  ['no_yaml', '- {', 'policies.yaml: '],
  ['nothing', '', 'there is no policy in it'],
  ['a_name_twice', good + good, 'is there twice'],
])('a_file_with_%s_is_refused_as_a_whole', async (_what, text, why) => {
  const before = await stack.sql`select name, version from policies`;
  const { status, err } = await apply(text.replaceAll('unit: [', "unit: ['other*', "));
  expect(status).toBe(1);
  expect(err).toContain(why);
  expect(await stack.sql`select name, version from policies`).toEqual(before);
});
