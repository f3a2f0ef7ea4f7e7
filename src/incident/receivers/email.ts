/**
 * E-mail by SMTP: plain text and HTML that say the same. The mails of an incident are a thread: the first one's Message-ID is made of
 * the incident's id, and the others refer to it. A mail that is sent again has the same Message-ID. Answers of 4xx pass, of 5xx do
 * not (RFC 5321, 4.2.1). Nobody's robot should answer (RFC 3834).
 */
import { z } from 'zod';
import { inLocale } from '../../verdict/index.js';
import type { Notice } from '../notice.js';
import { escapeHtml } from './escape.js';
import { accepted, again } from './judge.js';
import { latestOfEach, mailSecurities, type MailMessage, type Message, type ReceiverType } from './receiver.js';
import { acknowledgeWord, bounded, cut, details, digestHeadline, headline } from './words.js';

const mailboxesMax = 20;
const subjectCharactersMax = 200;
const ports = { STARTTLS: 587, TLS: 465, NONE: 25 } as const;

const Mailbox = z
  .email('must be an address such as oncall@example.com')
  .max(254)
  .refine((address) => address.indexOf('@') <= 64, 'has more than 64 characters before the @');

interface EmailConfig {
  readonly server: Pick<MailMessage['server'], 'host' | 'port' | 'security'>;
  readonly envelope: Pick<MailMessage, 'from' | 'to'>;
  readonly user: string | null;
  readonly password: string | null;
}

export const email: ReceiverType<EmailConfig> = {
  config: z
    .strictObject({
      host: z.union([z.hostname(), z.ipv4(), z.ipv6()], 'must be the name or address of a mail server').refine(isShort),
      port: z.int().min(1).max(65_535).optional(),
      security: z.enum(mailSecurities).default('STARTTLS'),
      user: z.string().min(1).max(256).nullable().default(null),
      password: z.string().min(1).max(1_024).nullable().default(null),
      from: Mailbox,
      to: z.array(Mailbox).min(1).max(mailboxesMax),
    })
    .refine(({ user, password }) => (user === null) === (password === null), 'takes a user with a password, or neither')
    .refine(({ user, security }) => user === null || security !== 'NONE', 'sends no password without encryption')
    .transform(({ host, port, security, from, to, user, password }) => ({
      server: { host, port: port ?? ports[security], security },
      envelope: { from, to: [...new Set(to)] },
      user,
      password,
    })),
  perMinute: 20,
  spacingMs: 0,
  incidentsMax: 40,
  repeatMs: null,
  render: ({ server, envelope, user, password }, message) => {
    const { title, lines, marks } = content(message);
    return {
      by: 'smtp',
      server: { ...server, user, password },
      ...envelope,
      ...threaded(message, envelope.from.split('@')[1]!),
      subject: cut(oneLine(title), subjectCharactersMax),
      text: `${[title, '', ...lines, '', ...plainLink(message), ...marks].map(oneLine).join('\n')}\n`,
      html: html(title, lines, marks, message),
      headers: { 'auto-submitted': 'auto-generated' },
      date: message.now,
    };
  },
  judge: ({ status }) => {
    if (status < 400) return accepted;
    return status < 500 ? again('delivery/unavailable') : { result: 'refused', code: 'delivery/refused' };
  },
};

function isShort(host: string): boolean {
  return host.length <= 253;
}

interface Content {
  readonly title: string;
  readonly lines: readonly string[];
  /** By which people find it again. */
  readonly marks: readonly string[];
}

function content({ notices, locale }: Message): Content {
  const latest = latestOfEach(notices).map((notice) => ({ ...notice, incident: bounded(notice.incident) }));
  const marks = latest.map(({ incident: { id } }) => inLocale({ en: `Incident ${id}`, zh: `事件 ${id}` }, locale));
  if (latest.length > 1) {
    const lines = latest.map((notice) => headline(notice, locale));
    return { title: digestHeadline(latest, locale), lines, marks };
  }
  const [notice] = latest;
  return { title: headline(notice!, locale), lines: [...details(notice!, locale), ...evidence(notice!)], marks };
}

function evidence({ change, incident }: Notice): readonly string[] {
  return change === 'RESOLVED' ? [] : incident.latest.evidence;
}

function plainLink({ acknowledgeUrl, locale }: Message): string[] {
  return acknowledgeUrl === null ? [] : [`${inLocale(acknowledgeWord, locale)}: ${acknowledgeUrl}`, ''];
}

function htmlLink({ acknowledgeUrl, locale }: Message): string[] {
  if (acknowledgeUrl === null) return [];
  return [`<p><a href="${escapeHtml(acknowledgeUrl)}">${inLocale(acknowledgeWord, locale)}</a></p>`];
}

/** A digest stands alone: it would join the threads of its incidents. */
function threaded({ id, notices }: Message, domain: string): Pick<MailMessage, 'messageId' | 'references'> {
  const incidents = new Set(notices.map(({ incident }) => incident.id));
  const root = `<incident.${notices[0]!.incident.id}@${domain}>`;
  const isFirst = notices.length === 1 && notices[0]!.change === 'OPENED';
  if (isFirst) return { messageId: root, references: [] };
  return { messageId: `<notice.${id}@${domain}>`, references: incidents.size === 1 ? [root] : [] };
}

function html(title: string, lines: readonly string[], marks: readonly string[], message: Message): string {
  const paragraph = (style: string) => (line: string) => `<p style="${style}">${escapeHtml(oneLine(line))}</p>`;
  return [
    `<!doctype html><html lang="${message.locale === 'ZH' ? 'zh-CN' : 'en'}"><head><meta charset="utf-8"></head>`,
    '<body style="font-family:sans-serif;max-width:48em">',
    `<h3>${escapeHtml(oneLine(title))}</h3>`,
    ...lines.map(paragraph('margin:0.4em 0')),
    ...htmlLink(message),
    ...marks.map(paragraph('margin:0.4em 0;color:#666')),
    '</body></html>',
  ].join('\n');
}

/** No text of ours has lines; of those of others none may make a header or a line of its own. */
function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ');
}
