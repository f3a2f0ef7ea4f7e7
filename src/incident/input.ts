/** What the mutations about receivers, routes and hooks take, checked in one place. No message holds what was given: it is secret. */
import { z } from 'zod';
import { Failure } from '../platform/errors.js';
import { locales } from '../verdict/index.js';
import { incidentKinds, severities } from './notice.js';
import { receiverKinds, receiverType, type ReceiverConfig, type ReceiverKind } from './receivers/index.js';
import { WebhookSecret } from './receivers/webhook.js';

export const hookKinds = ['GENERIC', 'PAGERDUTY'] as const;
export type HookKind = (typeof hookKinds)[number];

const nameMax = 128;
const patternMax = 256;

const given = <T extends z.ZodType>(schema: T) => schema.nullish().transform((value) => value ?? null);
const Name = z
  .string()
  .trim()
  .min(1)
  .max(nameMax)
  .regex(/^[^\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]+$/u, 'must be of visible characters');
const Pattern = z.string().min(1).max(patternMax);

const configs = Object.fromEntries(
  receiverKinds.map((kind) => [kind.toLowerCase(), given(z.record(z.string(), z.unknown()))]),
) as Record<Lowercase<ReceiverKind>, ReturnType<typeof given<z.ZodRecord<z.ZodString, z.ZodUnknown>>>>;

const ReceiverInput = z.strictObject({
  ...configs,
  id: given(z.uuid()),
  name: Name,
  locale: given(z.enum(locales)),
  enabled: given(z.boolean()),
  perMinute: given(z.int().min(1)),
});

export const MatchersInput = z.strictObject({
  kinds: given(z.array(z.enum(incidentKinds)).min(1).max(incidentKinds.length)),
  severities: given(z.array(z.enum(severities)).min(1).max(severities.length)),
  causes: given(z.array(z.string().min(1).max(64)).min(1).max(64)),
  host: given(Pattern),
  unit: given(Pattern),
  labels: given(
    z
      .array(z.object({ key: Pattern, value: z.string().max(patternMax) }))
      .min(1)
      .max(32),
  ),
});

const RouteInput = z.strictObject({
  id: given(z.uuid()),
  name: Name,
  receiver: z.uuid(),
  position: given(z.int().min(0).max(10_000)),
  matchers: given(MatchersInput),
  continue: given(z.boolean()),
});

const HookInput = z.strictObject({
  // Stands in the trail as `hook:NAME`.
  name: z
    .string()
    .min(1)
    .max(nameMax)
    .regex(/^[A-Za-z0-9][A-Za-z0-9._@+-]*$/, 'must be letters, digits and . _ @ + -'),
  kind: z.enum(hookKinds),
  secret: given(z.string().max(256)),
  mayRequestJobs: given(z.boolean()),
});

export interface GivenReceiver extends Omit<z.output<typeof ReceiverInput>, Lowercase<ReceiverKind>> {
  /** Null: as it is. */
  readonly kind: ReceiverKind | null;
  readonly config: Readonly<Record<string, unknown>> | null;
}

/** @throws Failure `incident/bad-receiver` (400) */
export function parseReceiver(value: unknown): GivenReceiver {
  const input = parse('receiver', ReceiverInput, value);
  const { id, name, locale, enabled, perMinute } = input;
  const kinds = receiverKinds.filter((kind) => input[kindMember(kind)] !== null);
  if (kinds.length > 1 || (kinds.length === 0 && id === null)) {
    throw bad(
      'receiver',
      kindMember('WEBHOOK'),
      `exactly one of ${receiverKinds.map(kindMember).join(', ')} is to be given`,
    );
  }
  const [kind = null] = kinds;
  return { id, name, locale, enabled, perMinute, kind, config: kind && input[kindMember(kind)] };
}

/** @throws Failure `incident/bad-receiver` (400) */
export function parseConfig(kind: ReceiverKind, config: Readonly<Record<string, unknown>>): ReceiverConfig {
  // GraphQL's null is what was not given.
  const members = Object.fromEntries(Object.entries(config).filter(([, value]) => value !== null));
  return parse('receiver', receiverType(kind).config, members, kindMember(kind));
}

/** @throws Failure `incident/bad-receiver` (400) */
export function parsePerMinute(kind: ReceiverKind, perMinute: number | null): number {
  const most = receiverType(kind).perMinute;
  if (perMinute !== null && perMinute > most) throw bad('receiver', 'perMinute', `${kind} takes ${most} at most`);
  return perMinute ?? most;
}

/** @throws Failure `incident/bad-route` (400) */
export function parseRoute(value: unknown): z.output<typeof RouteInput> {
  return parse('route', RouteInput, value);
}

/** @throws Failure `incident/bad-hook` (400) */
export function parseHook(value: unknown): z.output<typeof HookInput> {
  const input = parse('hook', HookInput, value);
  const { kind, secret, mayRequestJobs } = input;
  if (kind === 'PAGERDUTY' && mayRequestJobs) throw bad('hook', 'mayRequestJobs', 'PagerDuty cannot ask for jobs');
  if (kind === 'PAGERDUTY' && (secret === null || secret.length < 16))
    throw bad('hook', 'secret', 'give the one that PagerDuty showed with the subscription');
  if (kind === 'GENERIC' && secret !== null) parse('hook', z.object({ secret: WebhookSecret }), { secret });
  return input;
}

export const kindMember = (kind: ReceiverKind) => kind.toLowerCase() as Lowercase<ReceiverKind>;

function parse<T extends z.ZodType>(
  what: 'receiver' | 'route' | 'hook',
  schema: T,
  value: unknown,
  below = '',
): z.output<T> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const path = [below, ...issue!.path].filter((part) => part !== '').join('.');
  throw bad(what, path, issue!.message);
}

function bad(what: string, field: string, why: string): Failure {
  const detail = `Nothing was stored: ${field === '' ? 'the input' : field}: ${why}.`;
  return new Failure({ code: `incident/bad-${what}`, status: 400, detail, extra: { field } });
}
