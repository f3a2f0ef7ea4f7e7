/** Configuration: read once, checked at boot, passed as a value. The only place in `src/` that sees `process.env`. */
import { isIPv4, isIPv6 } from 'node:net';
import path from 'node:path';
import { z } from 'zod';

const Port = z
  .string()
  .regex(/^\d{1,5}$/, 'must be a port number')
  .transform(Number)
  .pipe(z.int().max(65535));

/** Seconds, as milliseconds. */
const seconds = (least: number, most: number, otherwise: number) =>
  z
    .string()
    .regex(/^\d{1,7}$/, 'must be a number of seconds')
    .transform(Number)
    .pipe(z.int().min(least).max(most))
    .transform((value) => value * 1_000)
    .prefault(String(otherwise));
/** Days, as milliseconds. */
const days = (otherwise: number) =>
  z
    .string()
    .regex(/^\d{1,5}$/, 'must be a number of days')
    .transform(Number)
    .pipe(z.int().min(1).max(36_500))
    .transform((value) => value * 86_400_000)
    .prefault(String(otherwise));
/** `10.1.0.0/16,fd00::/8`. */
const Networks = z
  .string()
  .transform((text) => text.split(',').map((network) => network.trim()))
  .refine((networks) => networks.every(isNetwork), 'must be networks such as 10.1.0.0/16,fd00::/8');

/** Where others reach the API: nothing in it means anything in a chat's markup, and nothing stands behind its path. */
const PublicUrl = z
  .url({ protocol: /^https?$/, error: 'must be an http:// or https:// URL', abort: true })
  .refine((url) => {
    const { username, password, pathname, search, hash } = new URL(url);
    return `${username}${password}${search}${hash}` === '' && /^[\w.~/-]*$/.test(pathname);
  }, 'must be an address with a plain path at most: https://whodunit.example')
  .transform((url) => {
    const { origin, pathname } = new URL(url);
    return `${origin}${pathname.replace(/\/+$/, '')}`;
  });

const Variables = z.object({
  PORT: Port.prefault('4000'),
  WHODUNIT_LISTEN: z.string().min(1).default('127.0.0.1'),
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/, error: 'must be a postgres:// URL' }),
  QUEUE_URL: z
    .url({ protocol: /^rediss?$/, error: 'must be a redis:// URL (leave it out to queue in Postgres)' })
    .optional(),
  WHODUNIT_STATE_DIR: z.string().min(1).default('.whodunit'),
  WHODUNIT_RETENTION_DAYS: z
    .string()
    .regex(/^\d{1,4}$/, 'must be a number of days')
    .transform(Number)
    .pipe(z.int().min(2))
    .prefault('30'),
  WHODUNIT_HOST_SILENT_SECONDS: seconds(5, 86_400, 180),
  WHODUNIT_EPISODE_LASTS_SECONDS: seconds(5, 86_400, 300),
  WHODUNIT_INCIDENT_HEALTHY_SECONDS: seconds(1, 86_400, 300),
  WHODUNIT_INCIDENT_SETTLE_SECONDS: seconds(0, 300, 3),
  WHODUNIT_INCIDENT_UPDATE_SECONDS: seconds(1, 86_400, 300),
  WHODUNIT_INCIDENT_FLEET_HOSTS: z
    .string()
    .regex(/^\d{1,6}$/, 'must be a number of hosts')
    .transform(Number)
    .pipe(z.int().min(2))
    .prefault('5'),
  WHODUNIT_INCIDENT_FLEET_SECONDS: seconds(1, 86_400, 600),
  WHODUNIT_PUBLIC_URL: PublicUrl.optional(),
  WHODUNIT_DELIVERY_ALLOW: Networks.optional(),
  WHODUNIT_DELIVERY_CA_FILE: z.string().min(1).optional(),
  WHODUNIT_KEEP_INCIDENTS_DAYS: days(365),
  WHODUNIT_KEEP_DELIVERIES_DAYS: days(90),
  WHODUNIT_KEEP_AUDITS_DAYS: days(90),
  WHODUNIT_LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
});

/** When troubles become incidents, are told, and are over. */
export interface IncidentSettings {
  /** A host that was not heard for so long is silent. */
  readonly silentMs: number;
  /** A zombie, stopped or uninterruptible process is trouble after so long. */
  readonly episodeMs: number;
  /** So long without trouble, and it is over. */
  readonly healthyMs: number;
  /** The first notice waits so long: for the evidence that comes after a death, and for the next deaths. */
  readonly settleMs: number;
  /** Between two notices of the same incident that only counts. */
  readonly updateMs: number;
  /** The same trouble on so many hosts, within `fleetMs`, is one of the fleet. */
  readonly fleetHosts: number;
  readonly fleetMs: number;
}

/** How long what is over is kept. */
export interface RetentionSettings {
  /** Incidents, from when they were over, with their notices; silences, from when they ended. */
  readonly incidentsMs: number;
  /** Deliveries, while their incident is not open, and the log of requests. */
  readonly deliveriesMs: number;
  /** Audits, from when they ended, with their findings; schedules, the same. */
  readonly auditsMs: number;
}

export interface Env {
  readonly port: number;
  /** Address that the API binds. */
  readonly listen: string;
  readonly databaseUrl: string;
  /** Redis for the queue; null keeps it in Postgres. */
  readonly queueUrl: string | null;
  /** Absolute. Holds `admin-token`. */
  readonly stateDir: string;
  /** Lives that ended, and their deaths, are kept for so long. */
  readonly retentionDays: number;
  readonly incidents: IncidentSettings;
  /** Where people reach the API, without a slash at its end; null: nobody said, and messages carry no links. */
  readonly publicUrl: string | null;
  /** Networks that are not public and that receivers may be in, all the same: `10.1.0.0/16`. */
  readonly deliveryAllow: readonly string[];
  /** Certificates that receivers may be signed by, beside the well-known ones; PEM. */
  readonly deliveryCaFile: string | null;
  readonly retention: RetentionSettings;
  readonly logLevel: z.infer<typeof Variables>['WHODUNIT_LOG_LEVEL'];
}

/** @throws Error that names every bad variable. */
export function readEnv(variables: NodeJS.ProcessEnv = process.env): Env {
  const given = Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== ''));
  const parsed = Variables.safeParse(given);
  if (!parsed.success) {
    const lines = parsed.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`);
    throw new Error(`The environment is not usable:\n${lines.join('\n')}`);
  }
  const value = parsed.data;
  return {
    port: value.PORT,
    listen: value.WHODUNIT_LISTEN,
    databaseUrl: value.DATABASE_URL,
    queueUrl: value.QUEUE_URL ?? null,
    stateDir: path.resolve(value.WHODUNIT_STATE_DIR),
    retentionDays: value.WHODUNIT_RETENTION_DAYS,
    incidents: {
      silentMs: value.WHODUNIT_HOST_SILENT_SECONDS,
      episodeMs: value.WHODUNIT_EPISODE_LASTS_SECONDS,
      healthyMs: value.WHODUNIT_INCIDENT_HEALTHY_SECONDS,
      settleMs: value.WHODUNIT_INCIDENT_SETTLE_SECONDS,
      updateMs: value.WHODUNIT_INCIDENT_UPDATE_SECONDS,
      fleetHosts: value.WHODUNIT_INCIDENT_FLEET_HOSTS,
      fleetMs: value.WHODUNIT_INCIDENT_FLEET_SECONDS,
    },
    publicUrl: value.WHODUNIT_PUBLIC_URL ?? null,
    deliveryAllow: value.WHODUNIT_DELIVERY_ALLOW ?? [],
    deliveryCaFile: value.WHODUNIT_DELIVERY_CA_FILE ?? null,
    retention: {
      incidentsMs: value.WHODUNIT_KEEP_INCIDENTS_DAYS,
      deliveriesMs: value.WHODUNIT_KEEP_DELIVERIES_DAYS,
      auditsMs: value.WHODUNIT_KEEP_AUDITS_DAYS,
    },
    logLevel: value.WHODUNIT_LOG_LEVEL,
  };
}

function isNetwork(text: string): boolean {
  const [, address = '', prefix] = /^([^/]+)\/(\d{1,3})$/.exec(text) ?? [];
  return (isIPv4(address) && Number(prefix) <= 32) || (isIPv6(address) && Number(prefix) <= 128);
}
