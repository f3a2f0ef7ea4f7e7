/** What tools send to our hooks, as far as we read it; what else they send is let pass. */
import { z } from 'zod';
import { limits } from '../contract/index.js';

const alertsMax = 200;
const strings = z.record(z.string(), z.string());

/** Alertmanager, webhook, version 4: prometheus/alertmanager, notify/webhook/webhook.go. */
export const AlertmanagerWebhook = z.object({
  version: z.literal('4'),
  groupKey: z.string(),
  status: z.enum(['firing', 'resolved']),
  alerts: z
    .array(
      z.object({
        status: z.enum(['firing', 'resolved']),
        labels: strings,
        annotations: strings.default({}),
        startsAt: z.string().max(64),
        fingerprint: z.string().max(64),
      }),
    )
    .max(alertsMax),
});

export const GenericHook = z.strictObject({
  /** Its name as hosts have one here; a port behind it is left out. */
  host: z.string().min(1).max(limits.nameCharactersMax),
  minutes: z.int().min(1).max(1_440).default(15),
  action: z.literal('RESTART_SERVICE').optional(),
  unit: z.string().min(1).max(limits.nameCharactersMax).optional(),
  reason: z.string().trim().min(1).max(512).optional(),
});

/** PagerDuty, webhooks v3: an event about an incident, whose key is our `dedup_key`. */
export const PagerDutyWebhook = z.object({
  event: z.object({
    event_type: z.string(),
    agent: z.object({ summary: z.string().nullish() }).nullish(),
    data: z.object({ incident_key: z.string().nullish() }).nullish(),
  }),
});

/** An alert that asks for something: annotations first, since labels make it another alert. */
export const actionNames = { action: 'whodunit_action', unit: 'whodunit_unit' } as const;

/** Labels that say where, the most telling first. */
export const hostLabels = ['whodunit_host', 'host', 'hostname', 'nodename', 'node', 'instance'] as const;
