/** The link of a message: taken out of what a receiver was really sent, looked at by whatever looks, and pressed by somebody. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { acknowledgeUrl } from '../../src/incident/acknowledge-link.js';
import { Seal } from '../../src/platform/seal.js';
import { eventually } from '../support/eventually.js';
import { startMailServer, type MailServer } from '../support/mail-server.js';
import { ask, noticeOf, receiverFor, tell } from '../support/notices.js';
import { startStack, type Stack } from '../support/stack.js';
import { receiverInputs, startVendors, type Vendors } from '../support/vendors.js';

const publicUrl = 'https://whodunit.example/behind';
let stack: Stack;
let vendors: Vendors;
let mail: MailServer;
beforeAll(async () => {
  vendors = await startVendors();
  mail = await startMailServer({ disabledCommands: ['STARTTLS', 'AUTH'], authOptional: true });
  stack = await startStack({ worker: true, deliveryAllow: ['127.0.0.0/8'], publicUrl });
});
afterAll(async () => {
  await stack.close();
  await vendors.close();
  await mail.close();
});

const kinds = ['slack', 'dingtalk', 'feishu', 'wecom', 'email'] as const;
type Kind = (typeof kinds)[number];
const inputOf = (kind: string) => ({ [kind]: receiverInputs(vendors.url)[kind] });
const link = /https:\/\/whodunit\.example\/behind(\/acknowledge\?link=[\w-]{91})/;

interface Told {
  readonly id: string;
  /** Its id. */
  readonly receiver: string;
  readonly name: string;
  /** What stands behind the public address. */
  readonly path: string;
}

/** A new incident, and the link by which a receiver of that kind was told of it. */
async function told(kind: Kind): Promise<Told> {
  const [id, unit] = [randomUUID(), `${randomUUID()}.service`];
  const email = { host: '127.0.0.1', port: mail.port, security: 'NONE', from: 'w@example.com', to: ['a@example.com'] };
  const receiver = await receiverFor(stack, unit, kind === 'email' ? { email } : inputOf(kind));
  await tell(stack, [{ ...noticeOf('OPENED', { id, unit }), at: new Date() }]);
  const [, path] = link.exec(await eventually(() => textsTo(kind, id)[0]))!;
  return { id, receiver, name: `of ${unit}`, path: path! };
}

/** What a receiver of that kind was told of an incident. */
function textsTo(kind: Kind, id: string): string[] {
  const taken = kind === 'email' ? mail.taken : vendors.of(kind);
  return taken.map(({ text }) => text).filter((text) => text.includes(id));
}

async function open(path: string, method: 'GET' | 'POST' = 'GET', headers: Record<string, string> = {}) {
  const form = method === 'POST' ? { 'content-type': 'application/x-www-form-urlencoded' } : {};
  const reply = await stack.fetch(path, { method, headers: { ...form, ...headers }, token: null });
  return { status: reply.status, headers: reply.headers, text: await reply.text() };
}

const incidentOf = (id: string) =>
  ask(stack, '{ incident(id: "' + id + '") { state acknowledgedBy notices(first: 9) { nodes { change by } } } }');
const linkFor = (of: { incident?: string; receiver?: string; at?: Date }, seal = Seal.open(stack.env.stateDir)) =>
  acknowledgeUrl(seal, '', { incident: randomUUID(), receiver: randomUUID(), at: new Date(), ...of });

test.each(kinds)('acknowledges_by_what_%s_was_sent_when_pressed_and_not_before', async (kind) => {
  const { id, name, path } = await told(kind);
  for (let look = 0; look < 3; look += 1) {
    const { status, text } = await open(path);
    expect([status, text.includes(id), text.includes('<button>')]).toEqual([200, true, true]);
  }
  expect((await open(path.replace('acknowledge?', 'acknowledge/?'))).status).toBe(401);
  expect(await incidentOf(id)).toMatchObject({ state: 'OPEN', acknowledgedBy: null });

  const pressed = await open(path, 'POST');
  expect([pressed.status, pressed.text.includes('<button>')]).toEqual([200, false]);
  const by = `link sent to receiver ${name}`;
  expect(await incidentOf(id)).toMatchObject({
    state: 'ACKNOWLEDGED',
    acknowledgedBy: by,
    notices: { nodes: [{ change: 'ACKNOWLEDGED', by }, { change: 'OPENED' }] },
  });
  // And whoever was told that it began hears who takes care of it; that message has no link.
  const after = await eventually(() => textsTo(kind, id)[1]);
  expect([after.includes('link sent to receiver'), link.test(after)]).toEqual([true, false]);
  expect(vendors.taken.flatMap(({ wrong }) => wrong)).toEqual([]);
});

test('pressed_again_it_stays_with_whoever_was_first', async () => {
  const { id, path } = await told('slack');
  await ask(stack, `mutation { acknowledgeIncident(id: "${id}") { id } }`);
  const before = await incidentOf(id);
  const replies = await Promise.all([open(path, 'POST'), open(path, 'POST'), open(path)]);
  for (const { status, text } of replies)
    expect([status, text.includes('Acknowledged by admin'), text.includes('<button>')]).toEqual([200, true, false]);
  expect(await incidentOf(id)).toEqual(before);
});

test('nothing_is_acknowledged_by_a_link_that_is_not_ours_has_ended_or_comes_too_late', async () => {
  const { id, receiver, path } = await told('dingtalk');
  const week = 7 * 86_400_000;
  const cases: [string, number][] = [
    ['/acknowledge', 403],
    ['/acknowledge?link=', 403],
    [`${path}A`, 403],
    [`${path}&link=x`, 403],
    [path.replace(/.(.{20})$/, (_, end: string) => `${path.at(-21) === 'A' ? 'B' : 'A'}${end}`), 403],
    [linkFor({ incident: id, receiver }, new Seal(Buffer.alloc(32))), 403],
    [linkFor({ incident: id, receiver, at: new Date(Date.now() - week - 1_000) }), 410],
    [linkFor({ incident: id }), 410],
    [linkFor({ receiver }), 404],
  ];
  for (const [bad, status] of cases) {
    for (const method of ['GET', 'POST'] as const) {
      const reply = await open(bad, method);
      expect([bad, method, reply.status], reply.text).toEqual([bad, method, status]);
      expect(reply.text).toContain('Nothing was acknowledged');
    }
  }
  expect(await incidentOf(id)).toMatchObject({ state: 'OPEN', acknowledgedBy: null });
  expect((await open(linkFor({ incident: id, receiver, at: new Date(Date.now() - week + 60_000) }))).status).toBe(200);

  await ask(stack, `mutation { resolveIncident(id: "${id}") { id } }`);
  const replies = [await open(path), await open(path, 'POST')];
  expect(replies.map(({ status }) => status)).toEqual([409, 409]);
  expect(await incidentOf(id)).toMatchObject({ state: 'RESOLVED', acknowledgedBy: null });
});

test('a_receiver_that_is_deleted_takes_its_links_with_it', async () => {
  const { id, receiver, path } = await told('wecom');
  await ask(stack, `mutation { deleteReceiver(id: "${receiver}") }`);
  expect([(await open(path)).status, (await open(path, 'POST')).status]).toEqual([410, 410]);
  expect(await incidentOf(id)).toMatchObject({ state: 'OPEN' });
});

test('the_page_runs_and_loads_nothing_and_no_name_is_markup_in_it', async () => {
  const { id, path } = await told('feishu');
  const evil = `<script>alert(1)</script>"'><img src=x>`;
  await stack.sql`update incidents set summary = ${evil}, summary_zh = ${evil}, unit = ${evil} where id = ${id}`;
  const { headers, text } = await open(path);
  expect(text).not.toMatch(/<(script|img)/);
  expect(text).toContain('&#60;script&#62;');
  const policy = headers.get('content-security-policy');
  expect(policy).toMatch(
    /^default-src 'none'; style-src 'sha256-[\w+/]{43}='; form-action 'self'; frame-ancestors 'none'; base-uri 'none'$/,
  );
  expect(Object.fromEntries(headers)).toMatchObject({
    'content-type': 'text/html; charset=utf-8',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
  });
  const chinese = await open(path, 'GET', { 'accept-language': 'zh-CN,zh;q=0.9' });
  expect(chinese.text).toContain('确认此事件？');
});

test('opens_nothing_else_and_nothing_else_takes_forms', async () => {
  const { path } = await told('slack');
  const token = path.split('=')[1]!;
  expect((await stack.fetch('/graphql', { method: 'POST', body: '{}', token })).status).toBe(401);
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  expect((await stack.fetch('/v1/jobs', { method: 'POST', headers: form, body: 'a=b' })).status).toBe(415);
  const large = { method: 'POST', headers: form, body: 'x'.repeat(2_000), token: null };
  expect((await stack.fetch(path, large)).status).toBe(413);
});

test('of_many_at_once_some_are_asked_to_come_again', async () => {
  const { id, path } = await told('slack');
  const pressed = await stack.sql.begin(async (tx) => {
    await tx`select from incidents where id = ${id} for update`;
    const replies = Array.from({ length: 8 }, () => open(path, 'POST'));
    const refused = await Promise.race(replies);
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '1']);
    return { replies };
  });
  const statuses = (await Promise.all(pressed.replies)).map(({ status }) => status);
  expect(statuses.toSorted()).toEqual([...Array(4).fill(200), ...Array(4).fill(429)]);
});

test('a_message_that_tells_of_several_or_of_what_is_over_has_no_link', async () => {
  const unit = `${randomUUID()}.service`;
  await receiverFor(stack, unit, { ...inputOf('slack'), perMinute: 1 });
  const ids = Array.from({ length: 3 }, () => randomUUID());
  await tell(
    stack,
    ids.map((id) => noticeOf('OPENED', { id, unit })),
  );
  const digest = await eventually(() => vendors.of('slack').find((one) => one.text.includes('3 incidents')));
  expect(link.test(digest.text)).toBe(false);
});
