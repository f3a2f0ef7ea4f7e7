/** The pages behind the links of messages: an incident with a button, an incident without, or why not. HTML; pure. */
import { createHash } from 'node:crypto';
import type { Failure } from '../platform/errors.js';
import type { IncidentRow } from '../store/incident.rows.js';
import { en, inLocale, plainOrQuoted, zh, type Locale, type Text } from '../verdict/index.js';
import { escapeHtml } from './receivers/escape.js';
import { acknowledgeWord, bounded } from './receivers/words.js';
import { factsOf } from './tell.js';

const style =
  'body{font:1.1em/1.5 sans-serif;max-width:40em;margin:2em auto;padding:0 1em;overflow-wrap:anywhere}button{font:inherit;padding:.5em 2em}';
const styleHash = createHash('sha256').update(style).digest('base64');

/** Nothing is loaded or run, nobody shows it in a frame, and where it is goes nowhere else. */
export const pageHeaders: Readonly<Record<string, string>> = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': `default-src 'none'; style-src 'sha256-${styleHash}'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'`,
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-robots-tag': 'noindex',
  'cache-control': 'no-store',
};

/** The button sends to where the page came from. */
export function incidentPage(incident: IncidentRow, locale: Locale): string {
  const { id, title, summary, openedAt } = bounded(factsOf(incident));
  const lines = [title, summary, since(openedAt), { en: `Incident ${id}`, zh: `事件 ${id}` }];
  const by = incident.acknowledged_by;
  if (by === null) return page({ en: 'Acknowledge this incident?', zh: '确认此事件？' }, lines, locale, button(locale));
  const who = plainOrQuoted(by);
  return page({ en: en`Acknowledged by ${who}`, zh: zh`已由 ${who} 确认` }, lines, locale);
}

export function failurePage({ code, message }: Failure, locale: Locale): string {
  const why = { en: message, zh: inChinese[code] ?? message };
  return page({ en: 'Nothing was acknowledged', zh: '未确认任何事件' }, [why], locale);
}

const inChinese: Readonly<Record<string, string>> = {
  'incident/bad-link': '此链接不是由这里生成的，或不完整。',
  'incident/link-ended': '此链接已失效：生成已超过一周，或其接收方已被删除。',
  'incident/unknown': '没有这个事件：它已过保留期，或该消息只是测试。',
  'incident/over': '该事件已结束，或已并入更大的事件，无需再确认。',
  'incident/too-many-links': '同时打开的链接太多，请稍后再试。',
};

function since(openedAt: Date): Text {
  const at = openedAt.toISOString();
  return { en: en`Since ${at}.`, zh: zh`自 ${at} 起。` };
}

function button(locale: Locale): string {
  return `<form method="post"><button>${inLocale(acknowledgeWord, locale)}</button></form>`;
}

function page(heading: Text, lines: readonly Text[], locale: Locale, form = ''): string {
  const text = (of: Text) => escapeHtml(inLocale(of, locale));
  return [
    `<!doctype html><html lang="${locale === 'ZH' ? 'zh-CN' : 'en'}"><head><meta charset="utf-8">`,
    '<meta name="viewport" content="width=device-width">',
    `<title>Whodunit</title><style>${style}</style></head><body>`,
    `<h1>${text(heading)}</h1>`,
    ...lines.map((line) => `<p>${text(line)}</p>`),
    `${form}</body></html>`,
  ].join('\n');
}
