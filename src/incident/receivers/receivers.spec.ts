import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { exampleId, giant, hostile, notice } from '../notice-example.js';
import type { Notice } from '../notice.js';
import { receiverKinds, receiverType, type ReceiverConfig, type ReceiverKind } from './index.js';
import type { HttpMessage, MailMessage, Message, Outgoing, Reply } from './receiver.js';

const configs: Readonly<Record<ReceiverKind, ReceiverConfig>> = {
  WEBHOOK: { url: 'https://hooks.example/in', secret: `whsec_${Buffer.alloc(32, 7).toString('base64')}` },
  PAGERDUTY: { routingKey: '0123456789abcdef0123456789ABCDEF' },
  ALERTMANAGER: { url: 'http://am.example:9093/', user: 'u', password: 'p' },
  SLACK: { url: 'https://hooks.slack.com/services/T0/B0/secret' },
  DINGTALK: { url: 'https://oapi.dingtalk.com/robot/send?access_token=secret', secret: 'SEC0' },
  FEISHU: { url: 'https://open.feishu.cn/open-apis/bot/v2/hook/secret', secret: 'S' },
  WECOM: { url: 'https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=secret' },
  EMAIL: {
    ...{ host: 'mail.example', user: 'whodunit', password: 'secret', from: 'whodunit@example.com' },
    to: ['oncall@example.com', 'boss@example.com'],
  },
};

const now = new Date('2026-11-22T03:06:07.000Z');

const link = `https://whodunit.example/acknowledge?link=${'L'.repeat(91)}`;

type Of = Partial<Pick<Message, 'locale' | 'acknowledgeUrl'>>;

function outgoing(kind: ReceiverKind, notices: readonly Notice[], of: Of = {}): Outgoing {
  const type = receiverType(kind);
  const message: Message = { id: exampleId(800), notices, locale: 'EN', acknowledgeUrl: null, now, ...of };
  return type.render(type.config.parse(configs[kind]), message);
}

function render(kind: ReceiverKind, notices: readonly Notice[], of: Of = {}): HttpMessage {
  const message = outgoing(kind, notices, of);
  if (message.by !== 'smtp') return message;
  const { subject, text, html, headers } = message;
  return { url: '', headers, body: JSON.stringify({ subject, text, html }) };
}

const bodyOf = (kind: ReceiverKind, notices: readonly Notice[]) => JSON.parse(render(kind, notices).body);

const shown = (kind: ReceiverKind, notices: readonly Notice[], of: Of = {}) => {
  const message = outgoing(kind, notices, of);
  return message.by === 'smtp' ? message : { ...message, body: JSON.parse(message.body) };
};

const several = Array.from({ length: 3 }, (_, n) =>
  notice(n === 2 ? 'RESOLVED' : 'OPENED', { id: exampleId(n + 1), count: n }, exampleId(900 + n)),
);

/** Those that people read. */
const linked: readonly ReceiverKind[] = ['SLACK', 'DINGTALK', 'FEISHU', 'WECOM', 'EMAIL'];

/** Bytes, as the vendors document them; ours for the webhook. */
const bytesMax: Readonly<Record<ReceiverKind, number>> = {
  ...{ WEBHOOK: 65_536, PAGERDUTY: 512_000, ALERTMANAGER: 4_000_000, SLACK: 100_000, DINGTALK: 20_000 },
  ...{ FEISHU: 20_480, WECOM: 4_096 + 200, EMAIL: 100_000 },
};

describe.each(receiverKinds)('%s', (kind) => {
  const digests = receiverType(kind).incidentsMax;

  test('renders_as_its_golden_file_says', async () => {
    const golden = {
      opened: shown(kind, [notice('OPENED')]),
      ...(linked.includes(kind) ? { linked: shown(kind, [notice('OPENED')], { acknowledgeUrl: link }) } : {}),
      acknowledged: shown(kind, [notice('ACKNOWLEDGED')], { locale: 'ZH' }),
      resolved: shown(kind, [notice('RESOLVED')], { locale: 'ZH' }),
      hostile: shown(kind, [{ ...notice('OPENED'), incident: hostile() }]),
      ...(digests === null ? {} : { digest: shown(kind, several, { locale: 'ZH' }) }),
    };
    await expect(`${JSON.stringify(golden, null, 2)}\n`).toMatchFileSnapshot(`golden/${kind.toLowerCase()}.json`);
  });

  test('stays_within_its_limit_whatever_is_in_an_incident', () => {
    const many = digests ?? 1;
    const large = giant();
    const notices = Array.from({ length: many }, (_, n) => ({
      ...notice('OPENED'),
      incident: { ...large, id: exampleId(n) },
    }));
    expect(Buffer.byteLength(render(kind, notices).body)).toBeLessThanOrEqual(bytesMax[kind]);
    const { body } = render(kind, notices.slice(0, 1), { acknowledgeUrl: link });
    expect(Buffer.byteLength(body)).toBeLessThanOrEqual(bytesMax[kind]);
    if (linked.includes(kind)) expect(body).toContain(link);
  });

  if (digests !== null) {
    test('tells_every_incident_of_a_digest', () => {
      const notices = Array.from({ length: digests }, (_, n) => {
        const title = { en: `incident-${n}. happened`, zh: `incident-${n}. 发生` };
        return notice('OPENED', { id: exampleId(n), title }, exampleId(5_000 + n));
      });
      const { body } = render(kind, notices);
      const missing = notices.filter(({ incident }) => !body.includes(incident.title.en.slice(0, 12).trim()));
      expect(missing).toEqual([]);
    });
  }

  test.skipIf(kind === 'EMAIL')('takes_2xx_for_nothing_but_what_it_is_and_knows_what_passes', () => {
    const { judge } = receiverType(kind);
    const of = (status: number, body = '', retryAfter: string | null = null) =>
      judge({ status, body, retryAfter }, now).result;
    expect([301, 400, 401, 403, 404].map((status) => of(status))).toEqual(Array(5).fill('refused'));
    expect([408, 425, 429, 500, 502, 503, 504].map((status) => of(status))).toEqual(Array(7).fill('again'));
    expect(of(410)).toBe('gone');
    expect(judge({ status: 429, body: '', retryAfter: '7' }, now)).toMatchObject({ afterMs: 7_000 });
    const date = new Date(now.getTime() + 9_000).toUTCString();
    expect(judge({ status: 503, body: '', retryAfter: date }, now)).toMatchObject({ afterMs: 9_000 });
  });
});

describe('a lying 200', () => {
  test.each<[ReceiverKind, string, string]>([
    ['SLACK', 'ok', 'accepted'],
    ['SLACK', '<html>log in</html>', 'again'],
    ['SLACK', 'no_text', 'again'],
    ['DINGTALK', '{"errcode":0,"errmsg":"ok"}', 'accepted'],
    ['DINGTALK', '{"errcode":130101,"errmsg":"send too fast, exceed 20 times per minute"}', 'again'],
    ['DINGTALK', '{"errcode":310000,"errmsg":"sign not match"}', 'refused'],
    ['DINGTALK', '{"errcode":-1,"errmsg":"系统繁忙"}', 'again'],
    ['DINGTALK', 'null', 'again'],
    ['FEISHU', '{"StatusCode":0,"code":0,"msg":"success"}', 'accepted'],
    ['FEISHU', '{"code":11232,"msg":"frequency limited"}', 'again'],
    ['FEISHU', '{"code":19021,"msg":"sign match fail"}', 'refused'],
    ['WECOM', '{"errcode":0,"errmsg":"ok"}', 'accepted'],
    ['WECOM', '{"errcode":45009,"errmsg":"api freq out of limit"}', 'again'],
    ['WECOM', '{"errcode":93000,"errmsg":"invalid webhook url"}', 'refused'],
    ['WECOM', '', 'again'],
  ])('%s: %s is %s', (kind, body, result) => {
    const reply: Reply = { status: 200, body, retryAfter: null };
    expect(receiverType(kind).judge(reply, now).result).toBe(result);
  });
});

test('a_webhook_is_signed_over_id_time_and_body_and_its_event_is_the_notice', () => {
  const { headers, body } = render('WEBHOOK', [notice('UPDATED')]);
  const signed = `${exampleId(800)}.${headers['webhook-timestamp']}.${body}`;
  const right = createHmac('sha256', Buffer.alloc(32, 7)).update(signed).digest('base64');
  expect(headers['webhook-signature']).toBe(`v1,${right}`);
  expect(headers['webhook-timestamp']).toBe('1795316767');
  expect(JSON.parse(body)).toMatchObject({
    specversion: '1.0',
    id: exampleId(900),
    type: 'io.whodunit.incident.updated.v1',
  });
});

test('an_alert_goes_on_for_five_minutes_and_ends_when_its_incident_does', () => {
  const [open] = bodyOf('ALERTMANAGER', [notice('OPENED')]);
  const [over] = bodyOf('ALERTMANAGER', [notice('OPENED'), notice('RESOLVED')]);
  expect(open).toMatchObject({ startsAt: '2026-11-22T03:00:00.000Z', endsAt: '2026-11-22T03:11:07.000Z' });
  expect(over).toMatchObject({ labels: open.labels, endsAt: '2026-11-22T03:05:00.000Z' });
});

test.each<[ReceiverKind, RegExp]>([
  ['SLACK', /<!|<@|<h/],
  ['DINGTALK', /[<>[\]*`@]/],
  ['FEISHU', /[<>[\]*`@]/],
  ['WECOM', /[<>[\]`@]/],
  ['EMAIL', /<(?!!doctype|\/?(html|head|meta|body|h3|p)\b)/],
])('nothing_in_a_name_is_markup_for_%s', (kind, markup) => {
  const texts = strings(bodyOf(kind, [{ ...notice('OPENED'), incident: hostile() }]));
  const foreign = texts.filter((text) => text.includes('evil'));
  expect(foreign.length).toBeGreaterThan(0);
  // What is shown as plain text: the header of Slack, subject and text of a mail.
  const isPlain = (text: string) =>
    (kind === 'SLACK' && text.length <= 150) || (kind === 'EMAIL' && !text.startsWith('<!doctype'));
  expect(foreign.filter((text) => !isPlain(text) && markup.test(text))).toEqual([]);
});

describe('a mail', () => {
  const mail = (notices: readonly Notice[]) => outgoing('EMAIL', notices) as MailMessage;

  test('is_in_the_thread_of_its_incident_under_an_id_of_its_own', () => {
    const root = `<incident.${exampleId(1)}@example.com>`;
    expect(mail([notice('OPENED')])).toMatchObject({ messageId: root, references: [] });
    const own = `<notice.${exampleId(800)}@example.com>`;
    expect(mail([notice('RESOLVED')])).toMatchObject({ messageId: own, references: [root] });
    expect(mail([notice('OPENED'), notice('RESOLVED')])).toMatchObject({ messageId: own, references: [root] });
    expect(mail(several)).toMatchObject({ messageId: own, references: [] });
  });

  test('has_no_header_and_no_line_that_a_name_made', () => {
    const text = 'x\r\nBcc: all@evil.example\r\n.\r\nMAIL FROM:<e@evil.example>\u2028y';
    const { subject, text: plain, html } = mail([notice('OPENED', { title: { en: text, zh: text }, unit: text })]);
    expect(subject).toBe('New, CRITICAL: x Bcc: all@evil.example . MAIL FROM:<e@evil.example> y');
    expect(plain.split('\n').filter((line) => /^(Bcc|MAIL|\.$)/.test(line))).toEqual([]);
    expect(/[\r\u2028]/.test(plain + html)).toBe(false);
  });

  test.each([
    [250, 'accepted'],
    ...[421, 450, 451, 452, 454].map((status) => [status, 'again'] as const),
    ...[530, 535, 550, 552, 554].map((status) => [status, 'refused'] as const),
  ] as const)('%s is %s', (status, result) => {
    expect(receiverType('EMAIL').judge({ status, body: '', retryAfter: null }, now).result).toBe(result);
  });

  test.each([
    [{ to: ['a@example.com\r\nBcc: b@example.com'] }],
    [{ from: 'A <a@example.com>' }],
    [{ to: [] }],
    [{ host: 'mail.example/x' }],
    [{ security: 'NONE' }],
    [{ user: null }],
    [{ port: 0 }],
  ])('refuses_%j', (change) => {
    expect(receiverType('EMAIL').config.safeParse({ ...configs.EMAIL, ...change }).success).toBe(false);
  });
});

function strings(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return value !== null && typeof value === 'object' ? Object.values(value).flatMap(strings) : [];
}
