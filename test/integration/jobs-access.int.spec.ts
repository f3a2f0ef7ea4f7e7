import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { roles, type Role } from '../../src/platform/principal.js';
import { enrollWithService, gqlAs, request, requestJob, tokenFor, unit } from '../support/jobs.js';
import { eventually } from '../support/eventually.js';
import { startStack, type Stack } from '../support/stack.js';

let stack: Stack;
const tokens = new Map<Role, string>();
beforeAll(async () => {
  stack = await startStack({ worker: true });
  await enrollWithService(stack, 'web-1');
  await enrollWithService(stack, 'web-2');
  for (const role of roles) tokens.set(role, await tokenFor(stack, `the-${role}`, role));
});
afterAll(() => stack.close());

const stored = async () => (await stack.sql`select count(*)::int as n from jobs`)[0]!.n as number;
const codeOf = (reply: Awaited<ReturnType<typeof gqlAs>>) => reply.errors?.[0]?.extensions.code ?? 'done';

describe('what a role may do', () => {
  const id = '00000000-0000-4000-8000-000000000000';
  const never = 'access/not-allowed';
  const cases: readonly [what: string, query: string, byRole: Readonly<Record<Role, string>>][] = [
    ['ask', '{ jobs { nodes { id } } passiveMode { on } }', all('done')],
    [
      'approve',
      `mutation { approveJob(id: "${id}") { id } }`,
      { viewer: never, operator: never, approver: 'remediation/unknown-job', admin: 'remediation/unknown-job' },
    ],
    [
      'reject',
      `mutation { rejectJob(id: "${id}") { id } }`,
      { viewer: never, operator: never, approver: 'remediation/unknown-job', admin: 'remediation/unknown-job' },
    ],
    ['cancel', `mutation { cancelJob(id: "${id}") { id } }`, { ...all('remediation/unknown-job'), viewer: never }],
    [
      'turn passive mode off',
      'mutation { setPassiveMode(on: false, reason: "x") { on } }',
      { viewer: never, operator: never, approver: never, admin: 'done' },
    ],
    [
      'request',
      `mutation { requestJob(input: { action: RESTART_SERVICE, host: "web-1", unit: "${unit}", reason: "x", dryRun: true }) { id } }`,
      { ...all('done'), viewer: never },
    ],
  ];
  test.each(cases)('%s', async (_what, query, byRole) => {
    for (const role of roles)
      expect([role, codeOf(await gqlAs(stack, tokens.get(role)!, query))]).toEqual([role, byRole[role]]);
  });

  test('only_an_admin_makes_and_revokes_tokens_and_lets_hosts_in', async () => {
    const body = JSON.stringify({ name: 'new-one', role: 'admin' });
    for (const role of ['viewer', 'operator', 'approver'] as const) {
      const token = tokens.get(role)!;
      expect((await stack.fetch('/v1/api-tokens', { method: 'POST', body, token })).status).toBe(403);
      expect((await stack.fetch('/v1/api-tokens/the-viewer', { method: 'DELETE', token })).status).toBe(403);
      expect((await stack.fetch('/v1/enroll-tokens', { method: 'POST', token })).status).toBe(403);
      expect((await stack.fetch('/v1/jobs', { method: 'POST', body, token })).status).toBe(
        role === 'viewer' ? 403 : 400,
      );
    }
  });

  test('an_operators_request_needs_somebody_who_may_approve', async () => {
    const input = { action: 'RESTART_SERVICE', host: 'web-1', unit, dryRun: true };
    expect(await request(stack, input, tokens.get('operator'))).toMatchObject({ approvalsNeeded: 1 });
    expect(await request(stack, input, tokens.get('approver'))).toMatchObject({ approvalsNeeded: 0 });
  });

  test('an_operator_cancels_only_what_it_asked_for', async () => {
    const own = await request(stack, { action: 'RESTART_SERVICE', host: 'web-1', unit }, tokens.get('operator'));
    const foreign = await request(stack, { action: 'RESUME_PROCESS', host: 'web-2', pid: 200 });
    const cancel = (id: string) =>
      gqlAs(stack, tokens.get('operator')!, `mutation { cancelJob(id: "${id}") { state } }`);
    expect(codeOf(await cancel(foreign.id))).toBe('access/not-allowed');
    expect(codeOf(await cancel(own.id))).toBe('done');
    await stack.gql(`mutation { cancelJob(id: "${foreign.id}") { state } }`);
  });

  test('a_name_is_one_token_and_a_revoked_one_opens_nothing', async () => {
    const body = JSON.stringify({ name: 'short-lived', role: 'operator' });
    const create = () => stack.fetch('/v1/api-tokens', { method: 'POST', body });
    const replies = await Promise.all([create(), create(), create()]);
    expect(replies.map(({ status }) => status).sort()).toEqual([201, 409, 409]);
    const made = replies.find(({ status }) => status === 201)!;
    const { token } = (await made.json()) as { token: string };
    expect((await gqlAs(stack, token, '{ __typename }')).status).toBe(200);
    expect((await stack.fetch('/v1/api-tokens/short-lived', { method: 'DELETE' })).status).toBe(204);
    expect((await stack.fetch('/v1/api-tokens/short-lived', { method: 'DELETE' })).status).toBe(404);
    await eventually(async () => (await stack.fetch('/metrics', { token })).status === 401);
    for (const bad of [
      { name: 'admin', role: 'viewer' },
      { name: 'a b', role: 'viewer' },
      { name: 'x', role: 'root' },
      [],
    ]) {
      const reply = await stack.fetch('/v1/api-tokens', { method: 'POST', body: JSON.stringify(bad) });
      expect([400, 409]).toContain(reply.status);
    }
  });
});

describe('bad input is answered with a reason and changes nothing', () => {
  const restart = { action: 'RESTART_SERVICE', host: 'web-1', unit, reason: 'x' };
  const cases: readonly [what: string, body: unknown, status: number, code: string][] = [
    ['no object', [1], 400, 'remediation/bad-request'],
    ['nothing', {}, 400, 'remediation/bad-request'],
    ['an unknown action', { ...restart, action: 'RUN_SHELL' }, 400, 'remediation/bad-request'],
    ['an unknown field', { ...restart, command: 'rm' }, 400, 'remediation/bad-request'],
    ['no reason', { ...restart, reason: ' ' }, 400, 'remediation/bad-request'],
    ['a long reason', { ...restart, reason: 'x'.repeat(1_025) }, 400, 'remediation/bad-request'],
    ['no host', { ...restart, host: undefined }, 400, 'remediation/bad-request'],
    ['an unknown host', { ...restart, host: 'nowhere' }, 404, 'remediation/unknown-host'],
    ['host and selector', { ...restart, selector: { name: 'web' }, maxHosts: 2 }, 400, 'remediation/bad-request'],
    ['an empty selector', { ...restart, host: undefined, selector: {}, maxHosts: 2 }, 400, 'remediation/bad-request'],
    [
      'a selector without a bound',
      { ...restart, host: undefined, selector: { name: 'web' } },
      400,
      'remediation/bad-request',
    ],
    [
      'more hosts than the bound',
      { ...restart, host: undefined, selector: { name: 'web' }, maxHosts: 1 },
      422,
      'remediation/refused',
    ],
    ['a unit that is an option', { ...restart, unit: '--no-block' }, 400, 'remediation/bad-request'],
    ['a unit that is a path', { ...restart, unit: '/bin/sh' }, 400, 'remediation/bad-request'],
    ['a unit and a pid', { ...restart, pid: 100 }, 400, 'remediation/bad-request'],
    ['an unknown pid', { ...restart, unit: undefined, pid: 4_000_000 }, 404, 'remediation/unknown-process'],
    [
      'a process of another host',
      { ...restart, unit: undefined, process: '2.100.100000000' },
      404,
      'remediation/unknown-process',
    ],
    ['no process id', { ...restart, unit: undefined, process: 'x' }, 404, 'remediation/unknown-process'],
    ['a parameter of another action', { ...restart, signal: 9 }, 400, 'remediation/bad-request'],
    [
      'a signal that is none',
      { ...restart, action: 'SIGNAL_PROCESS', unit: undefined, pid: 200, signal: 65 },
      400,
      'remediation/bad-request',
    ],
    [
      'a score out of range',
      { ...restart, action: 'SET_OOM_SCORE_ADJ', unit: undefined, pid: 200, oomScoreAdj: 1_001 },
      400,
      'remediation/bad-request',
    ],
    ['a deadline of seconds', { ...restart, expiresInSeconds: 1 }, 400, 'remediation/bad-request'],
    ['a key with a space', { ...restart, idempotencyKey: 'a b' }, 400, 'remediation/bad-request'],
    [
      'what is protected',
      { ...restart, action: 'SIGNAL_PROCESS', unit: undefined, pid: 1, signal: 9 },
      422,
      'remediation/refused',
    ],
  ];
  test.each(cases)('%s', async (_what, body, status, code) => {
    const before = await stored();
    const reply = await stack.fetch('/v1/jobs', { method: 'POST', body: JSON.stringify(body) });
    expect(reply.headers.get('content-type')).toContain('application/problem+json');
    const problem = (await reply.json()) as { status: number; code: string; detail: string };
    expect(problem).toMatchObject({ status, code, detail: expect.stringMatching(/\w.*\.$/) });
    expect(await stored()).toBe(before);
  });

  test('GraphQL_says_the_same', async () => {
    const input = { ...restart, host: 'nowhere' };
    const { errors } = await stack.gql(requestJob, { input });
    expect(errors).toMatchObject([{ extensions: { code: 'remediation/unknown-host' } }]);
    const worse = await stack.gql(requestJob, { input: { ...restart, oomScoreAdj: 7 } });
    expect(worse.errors).toMatchObject([{ extensions: { code: 'remediation/bad-request', field: 'oomScoreAdj' } }]);
    for (const id of ['x', '', "'; drop table jobs"]) {
      const reply = await stack.gql('query ($id: ID!) { job(id: $id) { id } }', { id });
      expect(reply.data).toEqual({ job: null });
    }
  });
});

function all(answer: string): Record<Role, string> {
  return { viewer: answer, operator: answer, approver: answer, admin: answer };
}
