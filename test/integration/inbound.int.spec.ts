/** What other tools send us: the context they get back, jobs that wait for approval; and a real Alertmanager, both ways. */
import { createHmac, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { webhookSignature } from '../../src/incident/receivers/webhook.js';
import { startAlertmanager, type Alertmanager } from '../support/alertmanager.js';
import { exited, life } from '../support/events.js';
import { eventually } from '../support/eventually.js';
import { enrollWithService, job, tokenFor, unit } from '../support/jobs.js';
import { ask, deliveriesOf, noticeOf, passTime, receiverFor, tell, wake } from '../support/notices.js';
import { requirePrerequisite } from '../support/prerequisite.js';
import { startStack, type Answer, type Stack } from '../support/stack.js';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ worker: true, deliveryAllow: ['127.0.0.0/8'] });
  const host = await enrollWithService(stack, 'web-1');
  await host.send([exited(life(200), 9_000, 3)]);
  // Deaths of the tests' events are of a fixed day.
  await stack.sql`update deaths set died_at = now()`;
  await eventually(async () => (await stack.sql`select from deaths where engine is null`).length === 0);
});
afterAll(() => stack.close());

const alert = (labels: object, annotations: object = {}) => ({
  ...{ status: 'firing', startsAt: new Date().toISOString(), endsAt: '0001-01-01T00:00:00Z', generatorURL: '' },
  ...{ labels: { alertname: 'Down', ...labels }, annotations, fingerprint: randomUUID() },
});
const group = (...alerts: object[]) => ({
  ...{ version: '4', groupKey: '{}', truncatedAlerts: 0, status: 'firing', receiver: 'whodunit' },
  ...{ groupLabels: {}, commonLabels: {}, commonAnnotations: {}, externalURL: 'http://am', alerts },
});

async function post(path: string, body: object, headers: Record<string, string> = {}, token: string | null = null) {
  const reply = await stack.fetch(path, { method: 'POST', body: JSON.stringify(body), headers, token });
  const text = await reply.text();
  return { status: reply.status, body: (text === '' ? null : JSON.parse(text)) as Answer };
}

function signed(secret: string, body: object, id: string = randomUUID(), at = Date.now()) {
  const timestamp = String(Math.floor(at / 1_000));
  const signature = `v1,${webhookSignature(secret, id, timestamp, JSON.stringify(body))}`;
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature };
}

const addHook = async (input: object) =>
  ask(stack, 'mutation ($input: HookInput!) { addHook(input: $input) { hook { id name mayRequestJobs } secret } }', {
    input,
  });

test('an_alert_is_answered_with_what_died_there_and_why', async () => {
  const { status, body } = await post(
    '/v1/hooks/alertmanager',
    group(alert({ instance: 'web-1:9100' }), alert({ instance: 'elsewhere:9100' })),
    {},
    await tokenFor(stack, 'am-viewer', 'viewer'),
  );
  expect(status).toBe(200);
  const [known, unknown] = body.context;
  expect(known).toMatchObject({
    host: 'web-1',
    isKnown: true,
    deaths: [{ pid: 200, comm: 'worker', exitCode: 3, cause: 'FAILED' }],
  });
  expect(known.deaths[0].summary.en).toContain('3');
  expect(unknown).toMatchObject({ host: 'elsewhere:9100', isKnown: false, deaths: [] });
});

test('an_alert_asks_for_a_job_that_waits_for_approval_once_however_often_it_is_sent', async () => {
  const token = await tokenFor(stack, 'am-operator', 'operator');
  const wanted = alert({ instance: 'web-1' }, { whodunit_action: 'RESTART_SERVICE', whodunit_unit: unit });
  const first = await post('/v1/hooks/alertmanager', group(wanted), {}, token);
  const again = await post('/v1/hooks/alertmanager', group(wanted), {}, token);
  expect(first.body.jobs).toMatchObject([{ fingerprint: wanted.fingerprint, state: 'PENDING_APPROVAL', code: null }]);
  expect(again.body.jobs).toEqual(first.body.jobs);
  const asked = await job(stack, first.body.jobs[0].id);
  expect(asked).toMatchObject({ requestedBy: 'am-operator', action: 'RESTART_SERVICE', state: 'PENDING_APPROVAL' });
  await stack.gql('mutation ($id: ID!) { rejectJob(id: $id) { id } }', { id: asked.id });
});

test('an_admins_token_in_a_hook_needs_an_approval_too_and_a_viewers_gets_none', async () => {
  const wanted = () => alert({ instance: 'web-1' }, { whodunit_action: 'RESTART_SERVICE', whodunit_unit: unit });
  const viewer = await post(
    '/v1/hooks/alertmanager',
    group(wanted()),
    {},
    await tokenFor(stack, 'only-looks', 'viewer'),
  );
  expect(viewer.body.jobs).toMatchObject([{ id: null, code: 'access/not-allowed' }]);
  const admin = await post('/v1/hooks/alertmanager', group(wanted()), {}, stack.adminToken);
  expect(admin.body.jobs).toMatchObject([{ state: 'PENDING_APPROVAL' }]);
  await stack.gql('mutation ($id: ID!) { rejectJob(id: $id) { id } }', { id: admin.body.jobs[0].id });
  const shell = alert({ instance: 'web-1' }, { whodunit_action: 'RUN_SHELL', whodunit_unit: unit });
  const refused = await post('/v1/hooks/alertmanager', group(shell), {}, stack.adminToken);
  expect(refused.body.jobs).toMatchObject([{ id: null, code: 'incident/bad-hook-request' }]);
});

test('a_generic_hook_opens_by_its_signature_only', async () => {
  const { secret, hook } = await addHook({ name: 'pager', kind: 'GENERIC', mayRequestJobs: true });
  const body = { host: 'web-1', action: 'RESTART_SERVICE', unit };
  const id = randomUUID();
  const good = await post('/v1/hooks/generic', body, signed(secret, body, id));
  expect(good).toMatchObject({ status: 200, body: { context: { isKnown: true }, job: { state: 'PENDING_APPROVAL' } } });
  expect(await job(stack, good.body.job.id)).toMatchObject({ requestedBy: 'hook:pager' });
  const replayed = await post('/v1/hooks/generic', body, signed(secret, body, id));
  expect(replayed.body.job).toEqual(good.body.job);
  await stack.gql('mutation ($id: ID!) { rejectJob(id: $id) { id } }', { id: good.body.job.id });
  const other = `whsec_${Buffer.alloc(32).toString('base64')}`;
  const wrong = [
    {},
    signed(other, body),
    signed(secret, { ...body, unit: 'x' }),
    signed(secret, body, id, Date.now() - 600_000),
  ];
  for (const headers of wrong) {
    const reply = await post('/v1/hooks/generic', body, headers as Record<string, string>);
    expect(reply).toMatchObject({ status: 401, body: { code: 'incident/not-signed' } });
  }
  expect(await ask(stack, 'mutation ($id: ID!) { deleteHook(id: $id) }', { id: hook.id })).toBe(true);
  expect((await post('/v1/hooks/generic', body, signed(secret, body))).status).toBe(401);
});

test('a_hook_that_may_not_ask_for_jobs_gets_context_only', async () => {
  const { secret } = await addHook({ name: 'looks', kind: 'GENERIC' });
  const body = { host: 'web-1', action: 'RESTART_SERVICE', unit };
  const reply = await post('/v1/hooks/generic', body, signed(secret, body));
  expect(reply.body).toMatchObject({ context: { isKnown: true }, job: { id: null, code: 'access/not-allowed' } });
});

test('pagerduty_is_believed_by_its_signature_and_not_otherwise', async () => {
  const secret = 'a-secret-that-pagerduty-made';
  await addHook({ name: 'pd', kind: 'PAGERDUTY', secret });
  const body = {
    event: {
      id: '1',
      event_type: 'incident.acknowledged',
      agent: { summary: 'Ann' },
      data: { incident_key: randomUUID() },
    },
  };
  const right = createHmac('sha256', secret).update(JSON.stringify(body)).digest('hex');
  const good = await post('/v1/hooks/pagerduty', body, { 'x-pagerduty-signature': `v1=${'0'.repeat(64)},v1=${right}` });
  expect(good.status).toBe(202);
  const bad = await post('/v1/hooks/pagerduty', body, { 'x-pagerduty-signature': `v1=${'0'.repeat(64)}` });
  expect(bad).toMatchObject({ status: 401, body: { code: 'incident/not-signed' } });
});

test('what_is_not_of_the_form_is_refused_by_its_field', async () => {
  const bad = await post('/v1/hooks/alertmanager', { version: '3', alerts: [] }, {}, stack.adminToken);
  expect(bad).toMatchObject({ status: 400, body: { code: 'incident/bad-hook-request', field: 'version' } });
  expect((await post('/v1/hooks/alertmanager', group())).status).toBe(401);
});

test.runIf(requirePrerequisite('alertmanager'))(
  'the_real_alertmanager_shows_and_resolves_ours_and_gets_a_job_for_its_own',
  async () => {
    const token = await tokenFor(stack, 'real-am', 'operator');
    const am: Alertmanager = await startAlertmanager({ url: `${stack.url}/v1/hooks/alertmanager`, token });
    try {
      const receiver = await receiverFor(stack, 'am.service', { alertmanager: { url: am.url } });
      const id = randomUUID();
      const shown = async () => (await am.alerts()).find((one: Answer) => one.labels.incident === id);
      await tell(stack, [noticeOf('OPENED', { id, unit: 'am.service' })]);
      const active = await eventually(shown);
      expect(active).toMatchObject({
        labels: { alertname: 'WhodunitDeath', instance: 'web-1' },
        status: { state: 'active' },
      });
      // It shows the alert before we know its answer.
      await eventually(async () => (await deliveriesOf(stack, receiver)).every(({ state }) => state === 'DELIVERED'));
      await passTime(stack);
      await wake(stack);
      await eventually(async () => Date.parse((await shown()).endsAt) > Date.parse(active.endsAt));
      await tell(stack, [noticeOf('RESOLVED', { id, unit: 'am.service' })]);
      // What is over is not among the alerts any more.
      await eventually(async () => (await shown()) === undefined);
      await am.fire(
        { alertname: 'RedisDown', instance: 'web-1:9121' },
        { whodunit_action: 'RESTART_SERVICE', whodunit_unit: unit },
      );
      const [row] = await eventually(async () => {
        const rows = await stack.sql`select id, reason from jobs where requested_by = 'real-am'`;
        return rows.length > 0 ? rows : null;
      });
      expect(row!['reason']).toContain('RedisDown');
      expect(await job(stack, row!['id'])).toMatchObject({ state: 'PENDING_APPROVAL', action: 'RESTART_SERVICE' });
    } finally {
      await am.stop();
    }
  },
);
