/**
 * Feishu (Lark), custom bot, rich text (`post`): 100 messages a minute, 5 a second, 20 KB. Signed by HMAC-SHA256 of nothing, with
 * timestamp in seconds, newline, secret as the key; base64, in the body. Answers 200 always: `code` tells.
 * Source: open.feishu.cn, "自定义机器人使用指南".
 */
import { createHmac } from 'node:crypto';
import { z } from 'zod';
import { inLocale } from '../../verdict/index.js';
import { HttpUrl } from './address.js';
import { escapeMarkdown } from './escape.js';
import { judgeErrorCode } from './judge.js';
import { markdown } from './markdown.js';
import { json, type Message, type ReceiverType } from './receiver.js';
import { acknowledgeWord, cutBytes } from './words.js';

/** Of the text; JSON and its escapes come on top. */
const bytesMax = 15_000;

export const feishu: ReceiverType<{ url: string; secret: string | null }> = {
  config: z.strictObject({ url: HttpUrl, secret: z.string().min(1).max(256).nullable().default(null) }),
  perMinute: 90,
  spacingMs: 250,
  incidentsMax: 30,
  repeatMs: null,
  render: ({ url, secret }, message) => {
    const { title, lines } = markdown(message, escapeMarkdown);
    const text = cutBytes(lines.join('\n'), bytesMax);
    const content = [...text.split('\n').map((line) => [{ tag: 'text', text: line }]), ...link(message)];
    const language = message.locale === 'ZH' ? 'zh_cn' : 'en_us';
    return {
      url,
      headers: { 'content-type': json },
      body: JSON.stringify({
        ...(secret === null ? {} : signature(secret, message.now)),
        msg_type: 'post',
        content: { post: { [language]: { title, content } } },
      }),
    };
  },
  judge: (reply, now) =>
    judgeErrorCode(reply, now, {
      member: 'code',
      // 11232: too many, also at the full and the half hour when everybody sends.
      tooMany: [11_232, 99_991_400],
      // 9499: form. 19001: no such bot. 19021: signature. 19022: address not allowed. 19024: keyword missing.
      refused: [9_499, 19_001, 19_021, 19_022, 19_024],
    }),
};

function link({ acknowledgeUrl, locale }: Message): object[][] {
  if (acknowledgeUrl === null) return [];
  return [[{ tag: 'a', text: inLocale(acknowledgeWord, locale), href: acknowledgeUrl }]];
}

function signature(secret: string, now: Date): { timestamp: string; sign: string } {
  const timestamp = String(Math.floor(now.getTime() / 1_000));
  return { timestamp, sign: createHmac('sha256', `${timestamp}\n${secret}`).digest('base64') };
}
