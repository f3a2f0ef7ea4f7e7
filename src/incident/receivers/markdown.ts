/** A message as title and lines for the robots that take a little Markdown. Pure. */
import { inLocale, type Text } from '../../verdict/index.js';
import type { Notice } from '../notice.js';
import { latestOfEach, type Message } from './receiver.js';
import { acknowledgeWord, bounded, cut, cutBytes, details, digestHeadline, headline } from './words.js';

/** Evidence that a chat shows of one incident; the rest is in the API. */
const evidencesShown = 3;
const lineCharactersMax = 300;

export interface Markdown {
  readonly title: string;
  readonly lines: readonly string[];
}

/** @param escape for the receiver's markup, applied to everything */
export function markdown({ notices, locale }: Message, escape: (text: string) => string): Markdown {
  const latest = latestOfEach(notices).map((notice) => ({ ...notice, incident: bounded(notice.incident) }));
  const line = (text: string) => escape(cut(text, lineCharactersMax));
  if (latest.length > 1) {
    const lines = latest.map((notice) => `- ${line(headline(notice, locale))}`);
    return { title: line(digestHeadline(latest, locale)), lines };
  }
  const [notice] = latest;
  const mark = inLocale(incidentMark(notice!), locale);
  const lines = [...details(notice!, locale), ...evidence(notice!), mark];
  return { title: line(headline(notice!, locale)), lines: lines.map(line) };
}

/**
 * The text, and below it the link by which its incident is acknowledged, whole: it is the text that is cut to the bytes.
 * An address of ours holds nothing that means something in Markdown.
 */
export function withLink(text: string, { acknowledgeUrl, locale }: Message, bytesMax: number): string {
  const link = acknowledgeUrl === null ? '' : `\n\n[${inLocale(acknowledgeWord, locale)}](${acknowledgeUrl})`;
  return `${cutBytes(text, bytesMax - Buffer.byteLength(link))}${link}`;
}

function evidence({ change, incident }: Notice): readonly string[] {
  return change === 'RESOLVED' ? [] : incident.latest.evidence.slice(0, evidencesShown);
}

function incidentMark({ incident }: Notice): Text {
  return { en: `Incident ${incident.id}`, zh: `事件 ${incident.id}` };
}
