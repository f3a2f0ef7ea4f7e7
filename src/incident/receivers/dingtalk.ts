/**
 * DingTalk, custom robot, Markdown: 20 messages a minute, then muted for ten; 20,000 bytes. Signed by HMAC-SHA256, the secret
 * as key, over timestamp in milliseconds, newline, secret; base64, URL-encoded, in the address. Answers 200 always: `errcode`
 * tells.
 * Source: open.dingtalk.com, "自定义机器人接入", "自定义机器人安全设置".
 */
import { createHmac } from 'node:crypto';
import { z } from 'zod';
import { HttpUrl } from './address.js';
import { escapeMarkdown } from './escape.js';
import { judgeErrorCode } from './judge.js';
import { markdown, withLink } from './markdown.js';
import { json, type ReceiverType } from './receiver.js';

const bytesMax = 18_000;

export const dingtalk: ReceiverType<{ url: string; secret: string | null }> = {
  config: z.strictObject({ url: HttpUrl, secret: z.string().min(1).max(256).nullable().default(null) }),
  // Two less than allowed: what leaves here within a minute may arrive within less.
  perMinute: 18,
  spacingMs: 0,
  incidentsMax: 40,
  repeatMs: null,
  render: ({ url, secret }, message) => {
    const { title, lines } = markdown(message, escapeMarkdown);
    const text = withLink([`### ${title}`, ...lines].join('\n\n'), message, bytesMax);
    return {
      url: secret === null ? url : signed(url, secret, message.now.getTime()),
      headers: { 'content-type': json },
      body: JSON.stringify({ msgtype: 'markdown', markdown: { title, text } }),
    };
  },
  judge: (reply, now) =>
    judgeErrorCode(reply, now, {
      member: 'errcode',
      // 130101: sends too fast. 410100: the same, of the new gateway.
      tooMany: [130_101, 130_102, 410_100],
      // 300001: token does not exist. 300005: no such robot. 310000: keyword, signature or address not allowed. 400013, 400101 and so on: form.
      refused: [300_001, 300_005, 310_000, 400_001, 400_002, 400_013, 400_101, 400_102, 400_103, 400_106],
    }),
};

function signed(url: string, secret: string, timestamp: number): string {
  const sign = createHmac('sha256', secret).update(`${timestamp}\n${secret}`).digest('base64');
  const address = new URL(url);
  address.searchParams.set('timestamp', String(timestamp));
  address.searchParams.set('sign', sign);
  return address.href;
}
