/** One text for one plan: what approvals are for, by its SHA-256. Keys are sorted, as in RFC 8785 (JCS). */
import type { Plan } from './plan.js';

export function digestInput(plan: Plan): string {
  return canonicalJson(plan);
}

function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).filter(([, member]) => member !== undefined);
  const sorted = entries.toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `{${sorted.map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`).join(',')}}`;
}
