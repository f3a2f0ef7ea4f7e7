import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { exampleId, giant, hostile, notice } from '../notice-example.js';
import type { Notice } from '../notice.js';
import { receiverKinds, receiverType, type ReceiverConfig, type ReceiverKind } from './index.js';
import type { Reply } from './receiver.js';

const configs: Readonly<Record<ReceiverKind, ReceiverConfig>> = {
  WEBHOOK: { url: 'https://hooks.example/in', secret: `whsec_${Buffer.alloc(32, 7).toString('base64')}` },
  PAGERDUTY: { routingKey: '0123456789abcdef0123456789ABCDEF' },
  ALERTMANAGER: { url: 'http://am.example:9093/', user: 'u', password: 'p' },
  SLACK: { url: 'https://hooks.slack.com/services/T0/B0/secret' },
  DINGTALK: { url: 'https://oapi.dingtalk.com/robot/send?access_token=secret', secret: 'SEC0' },
  FEISHU: { url: 'https://open.feishu.cn/open-apis/bot/v2/hook/secret', secret: 'S' },
  WECOM: { url: 'https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=secret' },
};

const now = new Date('2026-11-22T03:06:07.000Z');

function render(kind: ReceiverKind, notices: readonly Notice[], locale: 'EN' | 'ZH' = 'EN') {
  const type = receiverType(kind);
  return type.render(type.config.parse(configs[kind]), { id: exampleId(800), notices, locale, now });
}

const bodyOf = (kind: ReceiverKind, notices: readonly Notice[]) => JSON.parse(render(kind, notices).body);

const shown = (kind: ReceiverKind, notices: readonly Notice[], locale: 'EN' | 'ZH') => {
  const message = render(kind, notices, locale);
  return { ...message, body: JSON.parse(message.body) };
};

const several = Array.from({ length: 3 }, (_, n) =>
  notice(n === 2 ? 'RESOLVED' : 'OPENED', { id: exampleId(n + 1), count: n }, exampleId(900 + n)),
);

/** Bytes, as the vendors document them; ours for the webhook. */
const bytesMax: Readonly<Record<ReceiverKind, number>> = {
  ...{ WEBHOOK: 65_536, PAGERDUTY: 512_000, ALERTMANAGER: 4_000_000, SLACK: 100_000, DINGTALK: 20_000 },
  ...{ FEISHU: 20_480, WECOM: 4_096 + 200 },
};

describe.each(receiverKinds)('%s', (kind) => {
  const digests = receiverType(kind).incidentsMax;

  test('renders_as_its_golden_file_says', async () => {
    const golden = {
      opened: shown(kind, [notice('OPENED')], 'EN'),
      acknowledged: shown(kind, [notice('ACKNOWLEDGED')], 'ZH'),
      resolved: shown(kind, [notice('RESOLVED')], 'ZH'),
      hostile: shown(kind, [{ ...notice('OPENED'), incident: hostile() }], 'EN'),
      ...(digests === null ? {} : { digest: shown(kind, several, 'ZH') }),
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
    expect(Buffer.byteLength(render(kind, notices.slice(0, 1)).body)).toBeLessThanOrEqual(bytesMax[kind]);
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

  test('takes_2xx_for_nothing_but_what_it_is_and_knows_what_passes', () => {
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
])('nothing_in_a_name_is_markup_for_%s', (kind, markup) => {
  const texts = strings(bodyOf(kind, [{ ...notice('OPENED'), incident: hostile() }]));
  const foreign = texts.filter((text) => text.includes('evil'));
  expect(foreign.length).toBeGreaterThan(0);
  const isHeader = (text: string) => kind === 'SLACK' && text.length <= 150;
  expect(foreign.filter((text) => !isHeader(text) && markup.test(text))).toEqual([]);
});

function strings(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return value !== null && typeof value === 'object' ? Object.values(value).flatMap(strings) : [];
}
