/** E-mail: the worker against a real SMTP server, encrypted by an authority of the test's own, through everything that goes wrong. */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { makeCertificate } from '../support/certificate.js';
import { eventually } from '../support/eventually.js';
import { account, startMailServer, type MailServer } from '../support/mail-server.js';
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
import { requirePrerequisite } from '../support/prerequisite.js';
import { startStack, type Stack } from '../support/stack.js';

const ann = 'ann@example.com';
const bob = 'bob@example.com';

describe.runIf(requirePrerequisite('openssl'))('e-mail', () => {
  let stack: Stack;
  let directory: string;
  let starttls: MailServer;
  let implicit: MailServer;
  let plain: MailServer;
  let strange: MailServer;

  beforeAll(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'whodunit-mail-'));
    const [key, cert] = makeCertificate(directory, 'IP:127.0.0.1');
    const elsewhere = await mkdtemp(path.join(directory, 'other-'));
    const [otherKey, otherCert] = makeCertificate(elsewhere, 'IP:127.0.0.1');
    starttls = await startMailServer({ key, cert });
    implicit = await startMailServer({ key, cert, secure: true });
    plain = await startMailServer({ disabledCommands: ['STARTTLS', 'AUTH'], authOptional: true });
    strange = await startMailServer({ key: otherKey, cert: otherCert });
    const deliveryCaFile = path.join(directory, 'cert.pem');
    stack = await startStack({ worker: true, deliveryAllow: ['127.0.0.0/8'], deliveryCaFile });
  });
  afterAll(async () => {
    await stack?.close();
    for (const server of [starttls, implicit, plain, strange]) await server?.close();
    if (directory) await rm(directory, { recursive: true, force: true });
  });

  const input = (port: number, more: object = {}) => ({
    email: { host: '127.0.0.1', port, ...account, from: 'whodunit@example.com', to: [ann], ...more },
  });
  let unit: string;
  beforeEach(() => void (unit = `${randomUUID()}.service`));
  const taken = (server: MailServer) => server.taken.filter(({ text }) => text.includes(unit));

  /** Lets time pass until all that the receiver was told is in that state. */
  const allIn = (receiver: string, state: string, many: number) =>
    eventually(async () => {
      const found = await deliveriesOf(stack, receiver);
      if (found.length === many && found.every((one) => one.state === state)) return found;
      await passTime(stack);
      await wake(stack);
      return null;
    });

  test('is_a_thread_for_each_incident_in_order_whatever_goes_wrong_before', async () => {
    const receiver = await receiverFor(stack, unit, input(starttls.port));
    const id = randomUUID();
    starttls.mishaps(
      { at: 'connect', status: 421 },
      'dead',
      { at: 'mail', status: 451 },
      { at: 'rcpt', to: ann, status: 450 },
      { at: 'data', status: 452 },
    );
    const changes = ['OPENED', 'UPDATED', 'ACKNOWLEDGED', 'RESOLVED'] as const;
    await tell(
      stack,
      changes.map((change) => noticeOf(change, { id, unit })),
    );
    const deliveries = await allIn(receiver, 'DELIVERED', 4);
    expect(deliveries.map(({ change, attempts }) => [change, attempts])).toEqual(
      changes.map((change, at) => [change, at === 0 ? 6 : 1]),
    );
    const log = deliveries[0].log.toReversed();
    expect(log.map(({ status, code }: { status: number; code: string }) => code ?? status)).toEqual([
      'delivery/unavailable',
      'delivery/no-connection',
      ...Array(3).fill('delivery/unavailable'),
      250,
    ]);
    expect(log.map(({ status }: { status: number }) => status)).toEqual([421, null, 451, 450, 452, 250]);

    const mails = taken(starttls);
    expect(mails).toHaveLength(4);
    const root = `<incident.${id}@example.com>`;
    const ids = mails.map(({ headers }) => headers['message-id']);
    expect(ids[0]).toBe(root);
    expect(new Set(ids).size).toBe(4);
    for (const mail of mails) {
      expect(mail).toMatchObject({ from: 'whodunit@example.com', to: [ann], secure: true, user: account.user });
      expect(mail.headers).toMatchObject({
        from: 'whodunit@example.com',
        to: ann,
        'mime-version': '1.0',
        'auto-submitted': 'auto-generated',
        date: expect.stringMatching(/^\w{3}, \d\d \w{3} \d{4} [\d:]{8} \+0000$/),
        ...(mail === mails[0] ? {} : { 'in-reply-to': root, references: root }),
      });
      expect(mail.raw.split('\r\n').every((line) => line.length <= 998 && !/[\r\n]/.test(line))).toBe(true);
    }
    expect(mails.map(({ headers }) => headers['subject']!.split(',')[0])).toEqual([
      'New',
      'Update',
      'Acknowledged',
      'Resolved',
    ]);
    expect(mails[0]!.text).toContain('the kernel log names it: Killed process 4711');
    expect(mails[0]!.html).toContain('<p style="margin:0.4em 0">the kernel log names it: Killed process 4711</p>');
  });

  test('is_encrypted_from_the_beginning_and_in_the_readers_language', async () => {
    await receiverFor(stack, unit, { ...input(implicit.port, { security: 'TLS' }), locale: 'ZH' });
    await tell(stack, [noticeOf('OPENED', { id: randomUUID(), unit })]);
    const mail = await eventually(() => taken(implicit)[0]);
    expect(mail).toMatchObject({ secure: true, user: account.user });
    expect(mail.headers['subject']).toBe('新事件，CRITICAL：web-1 上的 redis-server.service 被杀死 14 次：OOM_CGROUP');
    expect(mail.html).toContain('<html lang="zh-CN">');
  });

  test('a_no_is_a_no_and_a_wrong_password_is_not_written_down', async () => {
    const receiver = await receiverFor(stack, unit, input(starttls.port, { password: 'not-the-password' }));
    await tell(stack, [noticeOf('OPENED', { id: randomUUID(), unit })]);
    const [dead] = await allIn(receiver, 'DEAD', 1);
    expect(dead).toMatchObject({ code: 'delivery/refused', attempts: 1, log: [{ status: 535 }] });
    expect(dead.log[0].detail).toBe('535 no: [redacted] [redacted]');
    for (const at of ['mail', 'data'] as const) {
      const refusing = await receiverFor(stack, `${at}.${unit}`, input(starttls.port));
      starttls.mishaps({ at, status: 550 });
      await tell(stack, [noticeOf('OPENED', { id: randomUUID(), unit: `${at}.${unit}` })]);
      expect((await allIn(refusing, 'DEAD', 1))[0]).toMatchObject({ attempts: 1, log: [{ status: 550 }] });
    }
  });

  test('a_mailbox_that_is_asked_to_come_later_gets_it_later_and_the_others_once', async () => {
    const receiver = await receiverFor(stack, unit, input(starttls.port, { to: [ann, bob] }));
    starttls.mishaps({ at: 'rcpt', to: bob, status: 450 }, { at: 'rcpt', to: bob, status: 450 });
    await tell(stack, [noticeOf('OPENED', { id: randomUUID(), unit })]);
    const [done] = await allIn(receiver, 'DELIVERED', 1);
    expect(done.attempts).toBe(3);
    expect(taken(starttls).map(({ to }) => to)).toEqual([[ann], [bob]]);
    expect(taken(starttls).map(({ headers }) => headers['to'])).toEqual(Array(2).fill(`${ann}, ${bob}`));
  });

  test('a_mailbox_that_does_not_exist_keeps_nobody_else_and_is_named', async () => {
    const receiver = await receiverFor(stack, unit, input(starttls.port, { to: [ann, bob] }));
    starttls.mishaps({ at: 'rcpt', to: bob, status: 550 });
    await tell(stack, [noticeOf('OPENED', { id: randomUUID(), unit })]);
    const [done] = await allIn(receiver, 'DELIVERED', 1);
    expect(done).toMatchObject({ attempts: 1, log: [{ status: 250, detail: expect.stringContaining(`${bob}: 550`) }] });
    expect(taken(starttls).map(({ to }) => to)).toEqual([[ann]]);
  });

  test.each([
    ['does_not_offer_encryption', () => plain.port, {}],
    ['is_signed_by_a_stranger', () => strange.port, {}],
    ['is_not_what_was_said', () => starttls.port, { security: 'TLS' }],
  ])('nothing_is_told_to_a_server_that_%s', async (_, port, more) => {
    const receiver = await receiverFor(stack, unit, input(port(), more));
    await tell(stack, [noticeOf('OPENED', { id: randomUUID(), unit })]);
    const [waiting] = await eventually(async () => {
      const found = await deliveriesOf(stack, receiver);
      return found[0]?.code && found;
    });
    expect(waiting).toMatchObject({ state: 'PENDING', code: 'delivery/no-connection', log: [{ status: null }] });
    expect([...taken(plain), ...taken(strange), ...taken(starttls)]).toEqual([]);
  });

  test('goes_in_the_clear_only_where_that_was_asked_for', async () => {
    await receiverFor(stack, unit, input(plain.port, { security: 'NONE', user: null, password: null }));
    await tell(stack, [noticeOf('OPENED', { id: randomUUID(), unit })]);
    const mail = await eventually(() => taken(plain)[0]);
    expect(mail).toMatchObject({ secure: false, user: null });
  });

  test('a_flood_is_told_together_and_no_name_makes_a_header', async () => {
    const receiver = await receiverFor(stack, unit, { ...input(starttls.port), perMinute: 2 });
    const name = (n: number) => ({ en: `flooded-${n}. in ${unit}\r\nBcc: ${bob}`, zh: '' });
    await tell(
      stack,
      Array.from({ length: 50 }, (_, n) => noticeOf('OPENED', { id: randomUUID(), unit, title: name(n) })),
    );
    await allIn(receiver, 'DELIVERED', 50);
    const mails = taken(starttls);
    expect(mails.length).toBeLessThanOrEqual(4);
    for (const mail of mails)
      expect(mail).toMatchObject({ to: [ann], headers: expect.not.objectContaining({ bcc: bob }) });
    const text = mails.map((mail) => mail.text).join('\n');
    expect(Array.from({ length: 50 }, (_, n) => n).filter((n) => !text.includes(`flooded-${n}.`))).toEqual([]);
  });

  test('is_shown_without_its_password_and_bad_input_changes_nothing', async () => {
    const { receiver } = await ask(stack, saveReceiver, { input: { name: unit, ...input(2525) } });
    expect(receiver).toMatchObject({ kind: 'EMAIL', target: 'smtp://127.0.0.1:2525', perMinute: 20, locale: 'EN' });
    const stored = await stack.sql`select row_to_json(r)::text, encode(sealed, 'escape') from receivers r`;
    expect(JSON.stringify([receiver, stored])).not.toContain(account.password);
    const bad = [
      { to: [] },
      { to: [`${ann}\r\nBcc: ${bob}`] },
      { from: 'nobody' },
      { host: 'http://mail' },
      { security: 'NONE' },
      { user: null },
    ];
    for (const more of bad) {
      const { errors } = await stack.gql(saveReceiver, { input: { name: 'bad', ...input(25, more) } });
      expect(errors![0]!.extensions.code, JSON.stringify(more)).toBe('incident/bad-receiver');
      expect(JSON.stringify(errors)).not.toContain(account.password);
    }
    const names: { name: string }[] = await ask(stack, '{ receivers { name } }');
    expect(names.map(({ name }) => name)).not.toContain('bad');
  });

  test('a_test_fire_goes_the_way_of_real_ones', async () => {
    const receiver = await receiverFor(stack, unit, input(starttls.port));
    await ask(stack, `mutation ($id: ID!) { testReceiver(id: $id) ${deliveryFields} }`, { id: receiver });
    const [, resolved] = await allIn(receiver, 'DELIVERED', 2);
    expect(starttls.taken.at(-1)!.headers['references']).toBe(`<incident.${resolved.incident}@example.com>`);
  });
});
