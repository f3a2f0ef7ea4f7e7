/**
 * Prometheus Alertmanager, `POST /api/v2/alerts`: an array of alerts, all values strings. An alert is the same alert by its
 * labels. It ends at `endsAt`, so one that goes on is sent every minute with an end five minutes ahead, as Prometheus does; if
 * we died, it would resolve by itself.
 * Source: prometheus/alertmanager, api/v2/openapi.yaml; prometheus/prometheus, rules/manager.go (resendDelay, 4 × resend).
 */
import { z } from 'zod';
import { inLocale, type Locale } from '../../verdict/index.js';
import type { Notice } from '../notice.js';
import { HttpUrl } from './address.js';
import { judgeStatus } from './judge.js';
import { json, latestOfEach, type ReceiverType } from './receiver.js';
import { bounded } from './words.js';

const repeatMs = 60_000;
const endsAheadMs = 5 * repeatMs;

export const alertmanager: ReceiverType<{
  url: string;
  user: string | null;
  password: string | null;
  token: string | null;
}> = {
  config: z
    .strictObject({
      /** Below which `/api/v2/alerts` is. */
      url: HttpUrl,
      user: z.string().max(256).nullable().default(null),
      password: z.string().max(1_024).nullable().default(null),
      token: z
        .string()
        .max(4_096)
        .regex(/^[\x21-\x7e]+$/)
        .nullable()
        .default(null),
    })
    .refine(({ user, token }) => user === null || token === null, 'takes a user with a password, or a token'),
  perMinute: 600,
  spacingMs: 0,
  incidentsMax: 100,
  repeatMs,
  render: ({ url, user, password, token }, { notices, now, locale }) => ({
    url: `${url.replace(/\/+$/, '')}/api/v2/alerts`,
    headers: {
      'content-type': json,
      ...(user === null
        ? {}
        : { authorization: `Basic ${Buffer.from(`${user}:${password ?? ''}`).toString('base64')}` }),
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify(latestOfEach(notices).map((notice) => alert(notice, now, locale))),
  }),
  judge: judgeStatus,
};

function alert({ incident: whole }: Notice, now: Date, locale: Locale): object {
  const incident = bounded(whole);
  const endsAt = incident.resolvedAt ?? new Date(now.getTime() + endsAheadMs);
  // An end before the start is refused.
  const startsAt = incident.openedAt < endsAt ? incident.openedAt : endsAt;
  const labels = {
    ...labelsOf(incident.labels),
    alertname: alertNames[incident.kind],
    severity: incident.severity.toLowerCase(),
    instance: incident.host,
    unit: incident.unit,
    exe: incident.exe,
    cause: incident.cause,
    incident: incident.id,
  };
  const annotations = {
    summary: inLocale(incident.title, locale),
    description: inLocale(incident.summary, locale),
    evidence: incident.latest.evidence.join('\n'),
    count: String(incident.count),
    hosts: String(incident.hosts),
  };
  return {
    labels: present(labels),
    annotations: present(annotations),
    startsAt: startsAt.toISOString(),
    endsAt: endsAt.toISOString(),
  };
}

const alertNames: Readonly<Record<Notice['incident']['kind'], string>> = {
  DEATH: 'WhodunitDeath',
  EPISODE: 'WhodunitEpisode',
  SILENT_HOST: 'WhodunitSilentHost',
  LOSS: 'WhodunitLoss',
  BREAKER: 'WhodunitBreaker',
};

/** Names of labels are `[a-zA-Z_][a-zA-Z0-9_]*`. */
function labelsOf(labels: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(labels).map(([name, value]) => [`label_${name.replaceAll(/[^a-zA-Z0-9_]/g, '_')}`, value]),
  );
}

/** An empty label is none. */
function present(values: Readonly<Record<string, string | null>>): object {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null && value !== ''));
}
