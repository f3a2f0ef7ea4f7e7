/**
 * PagerDuty, Events API v2: trigger, acknowledge and resolve of one alert per incident, whose `dedup_key` is the incident's id.
 * At most 512 KB a request and 1,024 characters of summary. 202 is yes, 400 never retry, 429 and 5xx later.
 * Source: PagerDuty/api-schema, reference/events-v2/openapiv3.json; developer.pagerduty.com, "Send an alert event".
 */
import { z } from 'zod';
import { inLocale } from '../../verdict/index.js';
import type { Notice } from '../notice.js';
import { HttpUrl } from './address.js';
import { judgeStatus } from './judge.js';
import { json, type Message, type ReceiverType } from './receiver.js';
import { bounded } from './words.js';

const actions: Readonly<Record<Notice['change'], string>> = {
  OPENED: 'trigger',
  UPDATED: 'trigger',
  ACKNOWLEDGED: 'acknowledge',
  RESOLVED: 'resolve',
};

const severities = { CRITICAL: 'critical', ERROR: 'error', WARNING: 'warning', INFO: 'info' } as const;

export const pagerduty: ReceiverType<{ routingKey: string; url: string }> = {
  config: z.strictObject({
    routingKey: z.string().regex(/^[A-Za-z0-9]{32}$/, 'must be the 32 characters of an integration key'),
    // Accounts in the EU: https://events.eu.pagerduty.com/v2/enqueue
    url: HttpUrl.default('https://events.pagerduty.com/v2/enqueue'),
  }),
  perMinute: 100,
  spacingMs: 0,
  incidentsMax: null,
  repeatMs: null,
  render: ({ routingKey, url }, message) => ({
    url,
    headers: { 'content-type': json },
    body: JSON.stringify(event(routingKey, message)),
  }),
  judge: judgeStatus,
};

function event(routingKey: string, { notices, locale }: Message): object {
  const { change, incident: whole, at } = notices[0]!;
  const action = actions[change];
  const named = { routing_key: routingKey, event_action: action, dedup_key: whole.id, client: 'Whodunit' };
  if (action !== 'trigger') return named;
  const incident = bounded(whole);
  return {
    ...named,
    payload: {
      summary: inLocale(incident.title, locale),
      source: incident.host ?? `${incident.hosts} hosts`,
      severity: severities[incident.severity],
      timestamp: at.toISOString(),
      component: incident.unit ?? incident.exe ?? undefined,
      group: incident.key,
      class: incident.cause ?? incident.kind,
      custom_details: {
        summary: inLocale(incident.summary, locale),
        count: incident.count,
        hosts: incident.hosts,
        opened_at: incident.openedAt.toISOString(),
        evidence: incident.latest.evidence,
        death: incident.latest.death,
        labels: incident.labels,
      },
    },
  };
}
