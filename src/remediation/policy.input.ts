/** Policies as callers write them, over GraphQL and in files alike, checked in one place. */
import type { PolicyInput } from '../generated/graphql.js';
import { Failure } from '../platform/errors.js';
import { Policy } from '../remedy/index.js';

/** @throws Failure `remediation/bad-policy` (400) that names the first wrong field. */
export function parsePolicy({ where, ...input }: PolicyInput): Policy {
  const { labels, ...place } = where ?? {};
  const twice = labels?.find(({ key }, index) => labels.findIndex((other) => other.key === key) < index);
  if (twice) throw badPolicy('where.labels', `${JSON.stringify(twice.key)} is there twice.`);
  const byKey = labels ? { labels: Object.fromEntries(labels.map(({ key, value }) => [key, value])) } : {};
  const parsed = Policy.safeParse(withoutNulls({ ...input, where: { ...place, ...byKey } }));
  if (parsed.success) return storable(parsed.data);
  const [issue] = parsed.error.issues;
  throw badPolicy(issue?.path.join('.') || 'the policy', `${issue?.message ?? 'is not valid'}.`);
}

export function badPolicy(field: string, why: string): Failure {
  const detail = `Nothing was stored: ${field}: ${why.replace(/\.\.$/, '.')}`;
  return new Failure({ code: 'remediation/bad-policy', status: 400, detail, extra: { field } });
}

/** In GraphQL what is null is not given. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (value === null || typeof value !== 'object') return value;
  const given = Object.entries(value).filter(([, member]) => member !== null && member !== undefined);
  return Object.fromEntries(given.map(([key, member]) => [key, withoutNulls(member)]));
}

/** Patterns that no text in the database can fit would be stored as others. */
function storable(policy: Policy): Policy {
  if (!/\\u(0000|[dD][89a-fA-F])/.test(JSON.stringify(policy))) return policy;
  throw badPolicy('the policy', 'Text in it has a character (NUL, or half of a surrogate pair) that cannot be stored.');
}
