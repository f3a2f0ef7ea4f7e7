/**
 * Slack, incoming webhook, Block Kit: about one message a second; a header has 150 characters, a section 3,000, a message 50
 * blocks. The answer is the text `ok`; anything else with 200 is none of Slack.
 * Source: docs.slack.dev, "Sending messages using incoming webhooks", "Rate limits", reference of blocks.
 */
import { z } from 'zod';
import { inLocale } from '../../verdict/index.js';
import type { Notice } from '../notice.js';
import { HttpUrl } from './address.js';
import { escapeSlack } from './escape.js';
import { again, judgeStatus } from './judge.js';
import { json, latestOfEach, type Message, type ReceiverType } from './receiver.js';
import { acknowledgeWord, bounded, bounds, cut, details, digestHeadline, headline } from './words.js';

const charactersMax = { header: 150, section: 3_000 } as const;

export const slack: ReceiverType<{ url: string }> = {
  config: z.strictObject({ url: HttpUrl }),
  perMinute: 50,
  spacingMs: 1_000,
  incidentsMax: 40,
  repeatMs: null,
  render: ({ url }, message) => ({
    url,
    headers: { 'content-type': json },
    body: JSON.stringify(payload(message)),
  }),
  judge: (reply, now) => {
    const judgement = judgeStatus(reply, now);
    if (judgement.result !== 'accepted' || reply.body.trim() === 'ok') return judgement;
    return again('delivery/not-understood');
  },
};

function payload(message: Message): object {
  const { notices, locale } = message;
  const latest = latestOfEach(notices).map((notice) => ({ ...notice, incident: bounded(notice.incident) }));
  if (latest.length > 1) {
    const title = digestHeadline(latest, locale);
    const lines = latest.map((notice) => section(headline(notice, locale)));
    return { text: escapeSlack(title), blocks: [header(title), ...lines] };
  }
  const [notice] = latest;
  const title = headline(notice!, locale);
  const lines = details(notice!, locale).join('\n');
  return {
    text: escapeSlack(title),
    blocks: [header(title), section(lines), ...evidence(notice!), ...link(message), marks(notice!, locale)],
  };
}

function evidence({ incident, change }: Notice): object[] {
  if (change === 'RESOLVED' || incident.latest.evidence.length === 0) return [];
  return [section(incident.latest.evidence.map((text) => cut(text, bounds.evidence)).join('\n'))];
}

/** A link, not a button: Slack would want its press answered. An address of ours holds nothing that would end it. */
function link({ acknowledgeUrl, locale }: Message): object[] {
  if (acknowledgeUrl === null) return [];
  const text = `<${acknowledgeUrl}|${inLocale(acknowledgeWord, locale)}>`;
  return [{ type: 'section', text: { type: 'mrkdwn', text, verbatim: true } }];
}

/** By which people find it again. */
function marks({ incident }: Notice, locale: Message['locale']): object {
  const what = [incident.cause ?? incident.kind, inLocale({ en: 'incident', zh: '事件' }, locale), incident.id];
  return { type: 'context', elements: [{ type: 'mrkdwn', text: escapeSlack(what.join(' ')), verbatim: true }] };
}

/** Plain text: nothing in it is markup, so nothing is escaped. */
const header = (text: string) => ({
  type: 'header',
  text: { type: 'plain_text', text: cut(text, charactersMax.header), emoji: false },
});

/** Escaped after it was cut, so that no entity is cut in two; then cut no more. */
const section = (text: string) => ({
  type: 'section',
  text: { type: 'mrkdwn', text: escapeWithin(text, charactersMax.section), verbatim: true },
});

function escapeWithin(text: string, max: number): string {
  const escaped = escapeSlack(text);
  if (escaped.length <= max) return escaped;
  // Every character but these three counts once; at worst five times.
  return escapeWithin(cut(text, Math.floor(text.length * 0.8)), max);
}
