/**
 * WeCom, group robot, Markdown: 20 messages a minute, 4,096 bytes. The key is in the address. Answers 200 always: `errcode` tells.
 * Source: developer.work.weixin.qq.com, "消息推送配置说明" (群机器人).
 */
import { z } from 'zod';
import { HttpUrl } from './address.js';
import { escapeMarkdown } from './escape.js';
import { judgeErrorCode } from './judge.js';
import { markdown, withLink } from './markdown.js';
import { json, type ReceiverType } from './receiver.js';
import { cutBytes } from './words.js';

const bytesMax = 4_096;
const incidentsMax = 15;
/** So that each incident of a digest has its line within the limit. */
const lineBytesMax = Math.floor((bytesMax - 128) / incidentsMax) - 1;

export const wecom: ReceiverType<{ url: string }> = {
  config: z.strictObject({ url: HttpUrl }),
  perMinute: 18,
  spacingMs: 0,
  incidentsMax,
  repeatMs: null,
  render: ({ url }, message) => {
    const { title, lines } = markdown(message, escapeMarkdown);
    const isDigest = new Set(message.notices.map(({ incident }) => incident.id)).size > 1;
    const short = isDigest ? lines.map((line) => cutBytes(line, lineBytesMax)) : lines;
    const content = withLink([`**${title}**`, ...short].join('\n'), message, bytesMax);
    return {
      url,
      headers: { 'content-type': json },
      body: JSON.stringify({ msgtype: 'markdown', markdown: { content } }),
    };
  },
  judge: (reply, now) =>
    judgeErrorCode(reply, now, {
      member: 'errcode',
      tooMany: [45_009, 45_033],
      // 93000: no such key. 40008, 40035, 40058: form. 40058 also where the content is too long.
      refused: [93_000, 93_004, 93_008, 40_008, 40_035, 40_058, 44_004],
    }),
};
