/** What is told to the outside: each receiver against a server that checks what its vendor documents. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../support/eventually.js';
import {
  ask,
  deliveriesOf,
  deliveryFields,
  noticeOf,
  passTime,
  receiverFor,
  saveReceiver,
  tell,
  wake,
} from '../support/notices.js';
import { startStack, type Stack } from '../support/stack.js';
import { lies, receiverInputs, secrets, startVendors, type Mishap, type Vendors } from '../support/vendors.js';

let stack: Stack;
let vendors: Vendors;
beforeAll(async () => {
  vendors = await startVendors();
  stack = await startStack({ worker: true, deliveryAllow: ['127.0.0.0/8'] });
});
afterAll(async () => {
  await stack.close();
  await vendors.close();
});

const kinds = ['webhook', 'pagerduty', 'alertmanager', 'slack', 'dingtalk', 'feishu', 'wecom'] as const;
const inputOf = (kind: string) => ({ [kind]: receiverInputs(vendors.url)[kind] });
const allIn = (receiver: string, state: string, many: number) =>
  eventually(async () => {
    const found = await deliveriesOf(stack, receiver);
    if (found.length === many && found.every((one) => one.state === state)) return found;
    await passTime(stack);
    await wake(stack);
    return null;
  });

describe.each(kinds)('%s', (kind) => {
  test('takes_what_we_send_whatever_goes_wrong_before_and_gets_it_in_order', async () => {
    const unit = `${kind}.service`;
    const receiver = await receiverFor(stack, unit, inputOf(kind));
    const id = randomUUID();
    const mishaps: Mishap[] = ['too many', 'error', 'dead', ...(kind in lies ? ['lie' as const] : [])];
    vendors.mishaps(kind, ...mishaps);
    const changes = ['OPENED', 'UPDATED', 'ACKNOWLEDGED', 'RESOLVED'] as const;
    await tell(
      stack,
      changes.map((change) => noticeOf(change, { id, unit })),
    );
    const deliveries = await allIn(receiver, 'DELIVERED', 4);
    expect(deliveries.map(({ change }) => change)).toEqual(changes);
    expect(deliveries[0].attempts).toBe(mishaps.length + 1);
    expect(deliveries[0].log.map((one: { code: string }) => one.code)).toContain('delivery/too-many');
    expect(vendors.of(kind).flatMap(({ wrong }) => wrong)).toEqual([]);
    const told = vendors.of(kind).map(({ text, headers }) => headers['webhook-id'] ?? text.length);
    // The first until it was taken, then the others, each once; what alerts of Alertmanager say is also said again.
    expect(new Set(told.slice(0, mishaps.length + 1)).size).toBe(1);
    if (kind !== 'alertmanager') expect(told).toHaveLength(mishaps.length + changes.length);
  });
});

test('no_secret_is_shown_or_written_down', async () => {
  const unit = 'secret.service';
  const receiver = await receiverFor(stack, unit, inputOf('pagerduty'));
  vendors.mishaps('pagerduty', 'bad request');
  await tell(stack, [noticeOf('OPENED', { id: randomUUID(), unit })]);
  const [dead] = await allIn(receiver, 'DEAD', 1);
  expect(dead).toMatchObject({
    code: 'delivery/refused',
    log: [{ status: 400, detail: expect.stringContaining('[redacted]') }],
  });
  const shown = await ask(stack, `{ receivers { id name kind target } }`);
  const stored = await stack.sql`select row_to_json(r)::text, encode(sealed, 'escape') from receivers r`;
  const logged = await stack.sql`select detail from delivery_attempts where receiver_id = ${receiver}`;
  expect(JSON.stringify(shown)).toContain(vendors.url);
  for (const secret of [secrets.routingKey, secrets.webhook, secrets.dingtalk]) {
    expect(JSON.stringify([shown, stored, logged, dead])).not.toContain(secret);
  }
});

test('what_was_given_up_is_replayed_under_its_id_unless_something_later_arrived', async () => {
  const unit = 'replay.service';
  const receiver = await receiverFor(stack, unit, inputOf('webhook'));
  const before = vendors.of('webhook').length;
  vendors.mishaps('webhook', 'moved');
  const id = randomUUID();
  await tell(stack, [noticeOf('OPENED', { id, unit })]);
  const [dead] = await allIn(receiver, 'DEAD', 1);
  expect(dead.code).toBe('delivery/redirected');
  const replay = `mutation ($id: ID!) { replayDelivery(id: $id) ${deliveryFields} }`;
  expect(await ask(stack, replay, { id: dead.id })).toMatchObject({ state: 'PENDING' });
  await allIn(receiver, 'DELIVERED', 1);
  await tell(stack, [noticeOf('RESOLVED', { id, unit })]);
  await allIn(receiver, 'DELIVERED', 2);
  const { errors } = await stack.gql(replay, { id: dead.id });
  expect(errors![0]!.extensions.code).toBe('incident/not-replayable');
  const ids = vendors
    .of('webhook')
    .slice(before)
    .map(({ headers }) => headers['webhook-id']);
  expect(ids).toEqual([dead.id, dead.id, expect.not.stringMatching(dead.id)]);
  expect(vendors.taken.some(({ path }) => path === 'stolen')).toBe(false);
});

test('a_receiver_that_is_gone_is_left_alone', async () => {
  const unit = 'gone.service';
  const receiver = await receiverFor(stack, unit, inputOf('webhook'));
  vendors.mishaps('webhook', 'gone');
  await tell(stack, [noticeOf('OPENED', { id: randomUUID(), unit })]);
  await allIn(receiver, 'DEAD', 1);
  const receivers = await ask(stack, '{ receivers { id enabled } }');
  expect(receivers).toContainEqual({ id: receiver, enabled: false });
  await tell(stack, [noticeOf('OPENED', { id: randomUUID(), unit })]);
  expect(await deliveriesOf(stack, receiver)).toHaveLength(1);
});

test('a_flood_is_told_together_every_incident_of_it_within_the_limit', async () => {
  const unit = 'flood.service';
  const receiver = await receiverFor(stack, unit, inputOf('wecom'));
  const before = vendors.of('wecom').length;
  const many = 120;
  await passTime(stack);
  const ids = Array.from({ length: many }, () => randomUUID());
  const titled = (n: number) => ({ en: `flooded-${n}.`, zh: `flooded-${n}.` });
  await tell(
    stack,
    ids.map((id, n) => noticeOf('OPENED', { id, unit, title: titled(n) })),
  );
  await eventually(
    async () => (await deliveriesOf(stack, receiver)).filter(({ state }) => state === 'DELIVERED').length === many,
  );
  const messages = vendors.of('wecom').slice(before);
  expect(messages.flatMap(({ wrong }) => wrong)).toEqual([]);
  expect(messages.length).toBeLessThanOrEqual(18);
  const told = messages.map(({ body }) => body.markdown.content).join('\n');
  expect(ids.filter((_, n) => !told.includes(`flooded-${n}.`))).toEqual([]);
});

test('an_incident_that_goes_on_is_told_alertmanager_again_and_again_until_it_is_over', async () => {
  const unit = 'again.service';
  const receiver = await receiverFor(stack, unit, inputOf('alertmanager'));
  const id = randomUUID();
  const told = () =>
    vendors
      .of('alertmanager')
      .flatMap(({ body }) => body)
      .filter((alert) => alert.labels.incident === id);
  await tell(stack, [noticeOf('OPENED', { id, unit })]);
  await eventually(async () => {
    await passTime(stack);
    await wake(stack);
    return told().length >= 3;
  });
  expect(told().every((alert) => Date.parse(alert.endsAt) > Date.now())).toBe(true);
  await tell(stack, [noticeOf('RESOLVED', { id, unit })]);
  await allIn(receiver, 'DELIVERED', 2);
  expect(Date.parse(told().at(-1).endsAt)).toBeLessThan(Date.now());
  expect(
    await stack.sql`select from deliveries where receiver_id = ${receiver} and repeat_at is not null`,
  ).toHaveLength(0);
});

test('a_test_fire_goes_the_way_of_real_ones', async () => {
  const receiver = await receiverFor(stack, 'fired.service', inputOf('slack'));
  const fired = await ask(stack, `mutation ($id: ID!) { testReceiver(id: $id) ${deliveryFields} }`, { id: receiver });
  expect(fired.map((one: { change: string }) => one.change)).toEqual(['OPENED', 'RESOLVED']);
  await allIn(receiver, 'DELIVERED', 2);
});

test('bad_input_changes_nothing_and_says_which_field_but_not_what_was_in_it', async () => {
  const before = await ask(stack, '{ receivers { id } }');
  const secret = 'do-not-quote-me';
  const inputs = [
    { slack: { url: `ftp://${secret}/` } },
    { slack: { url: secret } },
    { slack: { url: `https://u:${secret}@example.com/` } },
    { slack: { url: 'https://a.example/' }, wecom: { url: 'https://a.example/' } },
    {},
    { pagerduty: { routingKey: secret } },
    { webhook: { url: 'https://a.example', secret } },
    { wecom: { url: 'https://a.example/' }, perMinute: 21 },
    { id: randomUUID(), slack: { url: 'https://a.example/' } },
  ];
  const replies = await Promise.all(
    inputs.map((input) => stack.gql(saveReceiver, { input: { name: 'bad', ...input } })),
  );
  const codes = replies.map(({ errors }) => errors![0]!.extensions.code);
  expect(codes).toEqual([...Array(8).fill('incident/bad-receiver'), 'incident/unknown-receiver']);
  expect(JSON.stringify(replies)).not.toContain(secret);
  const name = { input: { name: 'of slack.service', slack: { url: 'https://a.example/' } } };
  expect((await stack.gql(saveReceiver, name)).errors![0]!.extensions.code).toBe('incident/name-taken');
  expect(await ask(stack, '{ receivers { id } }')).toHaveLength(before.length);
});
