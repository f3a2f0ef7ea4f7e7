/** What callers may ask of the fleet, checked in one place. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { AuditProcessFilter, limits, rungs } from '../contract/index.js';
import { Failure } from '../platform/errors.js';
import { storable } from '../store/text.js';
import { askable } from './checks.js';

export const auditSeconds = { min: 10, max: limits.auditSecondsMax, otherwise: 3_600 } as const;
const longLivedSeconds = 3_600;
export const everyHours = { min: 1, max: 24 * 31 } as const;

const name = z.string().min(1).max(limits.nameCharactersMax);
const optional = <T extends z.ZodType>(schema: T) => schema.nullish().transform((value) => value ?? null);
const upper = <T extends string>(names: readonly T[]) =>
  z.enum(names.map((each) => each.toUpperCase()) as Uppercase<T>[]);

/** Conditions that were left out come as null from some clients. */
const Filter = z
  .record(z.string(), z.unknown())
  .transform((fields) => Object.fromEntries(Object.entries(fields).filter(([, value]) => value != null)))
  .pipe(AuditProcessFilter.strict())
  .refine((filter) => Object.keys(filter).length > 0, 'needs a condition');

export const AuditInput = z.strictObject({
  name: optional(name),
  host: optional(name),
  selector: optional(
    z.strictObject({
      names: optional(z.array(name).min(1).max(5_000)),
      name: optional(name),
      rung: optional(upper(rungs)),
    }),
  ),
  checks: optional(z.array(z.enum(askable)).min(1).max(askable.length)),
  filter: optional(Filter),
  longLivedSeconds: optional(z.int().min(0).max(1_000_000_000)),
  expiresInSeconds: optional(z.int().min(auditSeconds.min).max(auditSeconds.max)),
});

export interface Asked {
  readonly name: string | null;
  readonly host: string | null;
  readonly selector: z.output<typeof AuditInput>['selector'];
  readonly checks: readonly string[];
  readonly filter: AuditProcessFilter | null;
  readonly longLivedSeconds: number;
  readonly expiresInSeconds: number;
  /** Equal for what is the same question to the same hosts. */
  readonly series: string;
}

/** @throws Failure `audit/bad-request` (400) that names the first wrong field. */
export function parseAuditInput(value: unknown): Asked {
  const parsed = AuditInput.safeParse(storable(value));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw badRequest(issue?.path.join('.') || 'the request', `${issue?.message ?? 'is not valid'}.`);
  }
  const { name: called, host, selector, filter, expiresInSeconds, ...input } = parsed.data;
  if (host !== null && selector !== null) throw badRequest('host', 'Name one host, or give a `selector`, not both.');
  const checks = [...new Set(input.checks ?? (filter === null ? askable : []))].toSorted();
  const question = { host, selector, checks, filter, longLivedSeconds: input.longLivedSeconds ?? longLivedSeconds };
  return {
    ...question,
    name: called,
    expiresInSeconds: expiresInSeconds ?? auditSeconds.otherwise,
    series: createHash('sha256').update(JSON.stringify(question)).digest('hex'),
  };
}

export function badRequest(field: string, why: string): Failure {
  const detail = `Nothing was asked: ${field}: ${why}`;
  return new Failure({ code: 'audit/bad-request', status: 400, detail, extra: { field } });
}
