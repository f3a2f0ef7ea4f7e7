/** What people read of a notice, whatever the form: its lines, and bounds for what comes from elsewhere. Pure. */
import { en, inLocale, plainOrQuoted, zh, type Locale, type Text } from '../../verdict/index.js';
import type { IncidentFacts, Notice } from '../notice.js';

/** So that every form stays within its receiver's limit, whatever is in an incident. Characters, but for the counts. */
export const bounds = {
  title: 250,
  summary: 1_000,
  evidence: 400,
  evidences: 8,
  labels: 32,
  label: 128,
  name: 256,
} as const;

/** The same incident, with nothing in it longer than the bounds. */
export function bounded(incident: IncidentFacts): IncidentFacts {
  const name = (text: string | null) => text && cut(text, bounds.name);
  const labels = Object.entries(incident.labels).slice(0, bounds.labels);
  return {
    ...incident,
    key: cut(incident.key, bounds.name),
    title: both(incident.title, bounds.title),
    summary: both(incident.summary, bounds.summary),
    host: name(incident.host),
    unit: name(incident.unit),
    exe: name(incident.exe),
    labels: Object.fromEntries(labels.map(([key, value]) => [cut(key, bounds.label), cut(value, bounds.label)])),
    latest: {
      ...incident.latest,
      evidence: incident.latest.evidence.slice(0, bounds.evidences).map((text) => cut(text, bounds.evidence)),
    },
  };
}

/** At most so many UTF-16 units, never half a character. */
export function cut(text: string, charactersMax: number): string {
  if (text.length <= charactersMax) return text;
  return `${text.slice(0, charactersMax - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}

/** The same in bytes of UTF-8. */
export function cutBytes(text: string, bytesMax: number): string {
  if (Buffer.byteLength(text) <= bytesMax) return text;
  const bytes = Buffer.from(text).subarray(0, bytesMax - Buffer.byteLength('…'));
  // A character that was cut in two decodes to U+FFFD.
  return `${bytes.toString('utf8').replace(/\ufffd$/, '')}…`;
}

const changes: Readonly<Record<Notice['change'], Text>> = {
  OPENED: { en: 'New', zh: '新事件' },
  UPDATED: { en: 'Update', zh: '更新' },
  ACKNOWLEDGED: { en: 'Acknowledged', zh: '已确认' },
  RESOLVED: { en: 'Resolved', zh: '已恢复' },
};

export const acknowledgeWord: Text = { en: 'Acknowledge', zh: '确认' };

/** `New, CRITICAL: redis.service on web-1 was killed 14 times`. */
export function headline({ change, incident }: Notice, locale: Locale): string {
  const word = changes[change];
  const { severity, title } = incident;
  const text = { en: en`${word}, ${severity}: ${title}`, zh: zh`${word}，${severity}：${title}` };
  return inLocale(text, locale);
}

/** What stands below the headline, a sentence each. */
export function details({ incident, by, change }: Notice, locale: Locale): string[] {
  const lines: Text[] = [incident.summary, where(incident), since(incident)];
  if (by !== null && change === 'ACKNOWLEDGED') lines.push(byWhom(by, { en: 'Acknowledged', zh: '确认人' }));
  if (by !== null && change === 'RESOLVED') lines.push(byWhom(by, { en: 'Resolved', zh: '处理人' }));
  return lines.map((line) => inLocale(line, locale)).filter((line) => line !== '');
}

/** Above the lines of a digest. */
export function digestHeadline(notices: readonly Notice[], locale: Locale): string {
  const resolved = notices.filter(({ change }) => change === 'RESOLVED').length;
  const text = {
    en: en`${notices.length} incidents, ${resolved} of them resolved`,
    zh: zh`${notices.length} 起事件，其中 ${resolved} 起已恢复`,
  };
  return inLocale(text, locale);
}

function where({ host, hosts, unit, exe }: IncidentFacts): Text {
  const place: Text =
    host === null
      ? { en: `${hosts} hosts`, zh: `${hosts} 台主机` }
      : { en: `Host ${plainOrQuoted(host)}`, zh: `主机 ${plainOrQuoted(host)}` };
  const what = unit ?? exe;
  if (what === null) return { en: en`${place}.`, zh: zh`${place}。` };
  return { en: en`${place}, ${plainOrQuoted(what)}.`, zh: zh`${place}，${plainOrQuoted(what)}。` };
}

function since({ count, openedAt }: IncidentFacts): Text {
  const at = openedAt.toISOString();
  return { en: en`${count} times since ${at}.`, zh: zh`自 ${at} 起共 ${count} 次。` };
}

function byWhom(by: string, word: Text): Text {
  return { en: en`${word} by ${plainOrQuoted(by)}.`, zh: zh`${word}：${plainOrQuoted(by)}。` };
}

function both({ en: english, zh: chinese }: Text, charactersMax: number): Text {
  return { en: cut(english, charactersMax), zh: cut(chinese, charactersMax) };
}
