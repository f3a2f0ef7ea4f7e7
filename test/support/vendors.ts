/**
 * The receivers' side: a local HTTP server that takes what the vendors document and nothing else, checks their signatures and
 * limits, and misbehaves on request. One path for each kind.
 */
import { createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Answer } from './stack.js';

export interface Taken {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly url: URL;
  readonly text: string;
  readonly body: Answer;
  readonly at: number;
  /** What the vendor would not have taken. */
  readonly wrong: readonly string[];
}

/** What happens to a request instead of the vendor's yes. */
export type Mishap = 'too many' | 'error' | 'dead' | 'lie' | 'bad request' | 'gone' | 'moved' | 'hang';

export interface Vendors {
  readonly url: string;
  readonly taken: Taken[];
  /** Of the next requests to that path, in order; afterwards all is well. */
  mishaps(path: string, ...list: Mishap[]): void;
  of(path: string): Taken[];
  close(): Promise<void>;
}

export const secrets = {
  webhook: `whsec_${Buffer.alloc(32, 9).toString('base64')}`,
  routingKey: 'abcdef0123456789ABCDEF0123456789',
  dingtalk: 'SEC-of-the-robot',
  feishu: 'feishu-secret',
  key: 'key-in-the-address-0123456789',
} as const;

/** The member of `ReceiverInput` for each path. */
export function receiverInputs(url: string): Readonly<Record<string, object>> {
  return {
    webhook: { url: `${url}/webhook?key=${secrets.key}`, secret: secrets.webhook },
    pagerduty: { url: `${url}/pagerduty`, routingKey: secrets.routingKey },
    alertmanager: { url: `${url}/alertmanager`, user: 'u', password: secrets.key },
    slack: { url: `${url}/slack/${secrets.key}` },
    dingtalk: { url: `${url}/dingtalk?access_token=${secrets.key}`, secret: secrets.dingtalk },
    feishu: { url: `${url}/feishu/${secrets.key}`, secret: secrets.feishu },
    wecom: { url: `${url}/wecom?key=${secrets.key}` },
  };
}

/** @param secured by that key and certificate: HTTPS */
export async function startVendors(secured?: { readonly key: Buffer; readonly cert: Buffer }): Promise<Vendors> {
  const taken: Taken[] = [];
  const waiting = new Map<string, Mishap[]>();
  const listener: RequestListener = (request, response) => {
    void read(request).then((text) => {
      const url = new URL(request.url!, 'http://vendor');
      const path = url.pathname.split('/')[1]!;
      const body = parse(text);
      const of = { path, headers: request.headers, url, text, body, at: Date.now() };
      const mishap = waiting.get(path)?.shift();
      taken.push({ ...of, wrong: checks[path]?.({ ...of, wrong: [] }) ?? ['no such path'] });
      answer(path, mishap, response);
    });
  };
  const server = secured ? createSecureServer(secured, listener) : createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `${secured ? 'https' : 'http'}://127.0.0.1:${(server.address() as AddressInfo).port}`,
    taken,
    mishaps: (path, ...list) => void waiting.set(path, list),
    of: (path) => taken.filter((one) => one.path === path),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function answer(path: string, mishap: Mishap | undefined, response: ServerResponse): void {
  const end = (status: number, body: string, headers = {}) => response.writeHead(status, headers).end(body);
  if (mishap === 'too many') end(429, 'slow down', { 'retry-after': '1' });
  else if (mishap === 'error') end(503, `broken, says ${secrets.key}`);
  else if (mishap === 'dead') response.destroy();
  else if (mishap === 'bad request') end(400, `bad: ${secrets.key} ${secrets.routingKey}`);
  else if (mishap === 'gone') end(410, '');
  else if (mishap === 'moved') end(302, '', { location: '/stolen' });
  else if (mishap === 'lie') end(200, lies[path] ?? '');
  else if (mishap !== 'hang') end(path === 'pagerduty' ? 202 : 200, yes[path] ?? '');
}

const yes: Readonly<Record<string, string>> = {
  pagerduty: '{"status":"success","message":"Event processed","dedup_key":"x"}',
  slack: 'ok',
  dingtalk: '{"errcode":0,"errmsg":"ok"}',
  feishu: '{"StatusCode":0,"StatusMessage":"success","code":0,"data":{},"msg":"success"}',
  wecom: '{"errcode":0,"errmsg":"ok"}',
};

/** 200, and not taken. Those that mean what they say cannot lie. */
export const lies: Readonly<Record<string, string>> = {
  slack: 'no_service',
  dingtalk: '{"errcode":130101,"errmsg":"send too fast"}',
  feishu: '{"code":11232,"msg":"frequency limited psm"}',
  wecom: '{"errcode":45009,"errmsg":"api freq out of limit"}',
};

const checks: Readonly<Record<string, (taken: Taken) => string[]>> = {
  webhook: ({ headers, text, body, url }) => {
    const [id, time] = [headers['webhook-id'], headers['webhook-timestamp']];
    const key = Buffer.from(secrets.webhook.slice('whsec_'.length), 'base64');
    const right = createHmac('sha256', key)
      .update(`${String(id)}.${String(time)}.${text}`)
      .digest('base64');
    return unless({
      signature: headers['webhook-signature'] === `v1,${right}`,
      time: Math.abs(Number(time) * 1_000 - Date.now()) < 300_000,
      type: /^application\/cloudevents\+json\b/.test(headers['content-type'] ?? ''),
      event: body.specversion === '1.0' && texts(body.id, body.source, body.type, body.subject) && isTime(body.time),
      size: Buffer.byteLength(text) < 20_000,
      key: url.searchParams.get('key') === secrets.key,
    });
  },
  pagerduty: ({ text, body }) => {
    const trigger = body.event_action === 'trigger';
    const { payload = {} } = body;
    return unless({
      key: body.routing_key === secrets.routingKey,
      action: ['trigger', 'acknowledge', 'resolve'].includes(body.event_action),
      dedup: texts(body.dedup_key) && body.dedup_key.length <= 255,
      payload: !trigger || (texts(payload.summary, payload.source) && payload.summary.length <= 1_024),
      severity: !trigger || ['critical', 'error', 'warning', 'info'].includes(payload.severity),
      timestamp: !trigger || isTime(payload.timestamp),
      size: Buffer.byteLength(text) <= 512_000,
    });
  },
  alertmanager: ({ url, headers, body }) =>
    unless({
      path: url.pathname === '/alertmanager/api/v2/alerts',
      user: headers.authorization === `Basic ${Buffer.from(`u:${secrets.key}`).toString('base64')}`,
      alerts: Array.isArray(body) && body.length > 0,
      names: body.every((alert: Answer) => Object.keys(alert.labels).every((name) => /^[a-zA-Z_]\w*$/.test(name))),
      values: body.every((alert: Answer) =>
        texts(alert.labels.alertname, ...Object.values(alert.labels), ...Object.values(alert.annotations)),
      ),
      times: body.every((alert: Answer) => Date.parse(alert.startsAt) <= Date.parse(alert.endsAt)),
    }),
  slack: ({ text, body }) =>
    unless({
      text: texts(body.text),
      blocks: body.blocks.length >= 1 && body.blocks.length <= 50,
      header: body.blocks.every((block: Answer) => block.type !== 'header' || block.text.text.length <= 150),
      section: body.blocks.every((block: Answer) => block.type !== 'section' || block.text.text.length <= 3_000),
      mentions: !/<[!@#]/.test(text.replaceAll(/"type":"plain_text","text":"(\\.|[^"\\])*"/g, '')),
    }),
  dingtalk: ({ url, body, text }) => {
    const time = url.searchParams.get('timestamp')!;
    const right = createHmac('sha256', secrets.dingtalk).update(`${time}\n${secrets.dingtalk}`).digest('base64');
    return unless({
      sign: url.searchParams.get('sign') === right,
      time: Math.abs(Number(time) - Date.now()) < 3_600_000,
      form: body.msgtype === 'markdown' && texts(body.markdown.title, body.markdown.text),
      size: Buffer.byteLength(text) <= 20_000,
    });
  },
  feishu: ({ body, text }) => {
    const right = createHmac('sha256', `${body.timestamp}\n${secrets.feishu}`).digest('base64');
    const post = body.content?.post?.zh_cn ?? body.content?.post?.en_us;
    return unless({
      sign: body.sign === right,
      time: Math.abs(Number(body.timestamp) * 1_000 - Date.now()) < 3_600_000,
      form:
        body.msg_type === 'post' &&
        texts(post.title) &&
        post.content
          .flat()
          .every(({ tag, text: of, href }: Answer) => tag === 'text' || (tag === 'a' && texts(of, href))),
      size: Buffer.byteLength(text) <= 20_480,
    });
  },
  wecom: ({ url, body }) =>
    unless({
      key: url.searchParams.get('key') === secrets.key,
      form: body.msgtype === 'markdown' && texts(body.markdown.content),
      size: Buffer.byteLength(body.markdown.content) <= 4_096,
    }),
};

function unless(conditions: Readonly<Record<string, boolean>>): string[] {
  return Object.entries(conditions).flatMap(([name, holds]) => (holds ? [] : [name]));
}

const texts = (...values: unknown[]) => values.every((value) => typeof value === 'string' && value !== '');
const isTime = (value: unknown) => typeof value === 'string' && new Date(value).toISOString() === value;

function parse(text: string): Answer {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

async function read(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
