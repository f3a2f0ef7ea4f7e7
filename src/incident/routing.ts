/** Who is told: routes asked in order, each with what it wants of an incident. Pure. */
import type { IncidentFacts, IncidentKind, Notice, Severity } from './notice.js';

/** What is null is not asked; a list holds where one of its members does. */
export interface Matchers {
  readonly kinds: readonly IncidentKind[] | null;
  readonly severities: readonly Severity[] | null;
  readonly causes: readonly string[] | null;
  /** `*` stands for any characters. */
  readonly host: string | null;
  readonly unit: string | null;
  readonly labels: readonly { readonly key: string; readonly value: string }[] | null;
}

export interface RouteFacts {
  readonly receiverId: string;
  readonly matchers: Matchers;
  /** The routes behind it are asked too. */
  readonly continue: boolean;
}

/** Receivers of an incident, each once, in the order of the routes. */
export function receiversOf(incident: IncidentFacts, routes: readonly RouteFacts[]): string[] {
  const found = new Set<string>();
  for (const route of routes) {
    if (!matches(incident, route.matchers)) continue;
    found.add(route.receiverId);
    if (!route.continue) break;
  }
  return [...found];
}

/**
 * Who is told a notice: whoever its routes name now, and whoever was told of the incident before, so that what was opened
 * somewhere is resolved there too. That something is over is told only to those who heard of it.
 */
export function toldOf(
  { change, incident }: Notice,
  routes: readonly RouteFacts[],
  before: ReadonlySet<string>,
): readonly string[] {
  if (change === 'RESOLVED' || change === 'ACKNOWLEDGED') return [...before];
  return [...new Set([...before, ...receiversOf(incident, routes)])];
}

export function matches(incident: IncidentFacts, wanted: Matchers): boolean {
  return (
    isOneOf(incident.kind, wanted.kinds) &&
    isOneOf(incident.severity, wanted.severities) &&
    isOneOf(incident.cause, wanted.causes) &&
    fits(incident.host, wanted.host) &&
    fits(incident.unit, wanted.unit) &&
    (wanted.labels ?? []).every(({ key, value }) => fits(incident.labels[key] ?? null, value))
  );
}

function isOneOf<T>(value: T | null, wanted: readonly T[] | null): boolean {
  return wanted === null || (value !== null && wanted.includes(value));
}

/** Pieces between stars, found from left to right: linear, whatever the pattern. */
function fits(text: string | null, pattern: string | null): boolean {
  if (pattern === null) return true;
  if (text === null) return false;
  const pieces = pattern.split('*');
  const [first = '', ...rest] = pieces;
  const last = rest.pop();
  if (last === undefined) return text === first;
  if (!text.startsWith(first) || !text.endsWith(last) || text.length < first.length + last.length) return false;
  let at = first.length;
  const end = text.length - last.length;
  for (const piece of rest) {
    const found = text.indexOf(piece, at);
    if (found < 0 || found + piece.length > end) return false;
    at = found + piece.length;
  }
  return true;
}
