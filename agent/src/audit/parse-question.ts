/** A question off the wire (src/contract/audit.ts), checked by hand: parse-question.spec.ts holds it to the contract's schema. */
import { limits, processStates, type AuditProcessFilter, type Question } from '../contract.js';

type Fields = Readonly<Record<string, unknown>>;

export function parseQuestion(text: string): Question | undefined {
  const value = parseJson(text);
  if (!isFields(value)) return undefined;
  const { version, id, expiresInSeconds, checks, filter, longLivedSeconds } = value;
  const isSound =
    version === 1 &&
    isText(id, 36) &&
    /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id) &&
    isWhole(expiresInSeconds, 1, limits.auditSecondsMax) &&
    isWhole(longLivedSeconds, 0, 1_000_000_000) &&
    isList(checks, 0, 64, (check) => isText(check, 64) && /^[A-Z][A-Z_]*$/.test(check));
  if (!isSound) return undefined;
  const question: Question = {
    version,
    id,
    expiresInSeconds,
    longLivedSeconds,
    checks: checks as readonly string[] as string[],
  };
  if (filter === undefined) return question;
  const read = isFields(filter) ? readFilter(filter) : undefined;
  return read && { ...question, filter: read };
}

const signals = (value: unknown) => isList(value, 1, 64, (signal) => isWhole(signal, 1, 64));
const bytes = (value: unknown) => isWhole(value, 0, Number.MAX_SAFE_INTEGER);
const seconds = (value: unknown) => isWhole(value, 0, 1_000_000_000);
const letters: readonly unknown[] = processStates;

const filterFields: Readonly<Record<keyof AuditProcessFilter, (value: unknown) => boolean>> = {
  exe: (value) => isText(value, limits.pathCharactersMax) && value !== '',
  unit: (value) => isText(value, limits.nameCharactersMax) && value !== '',
  user: (value) => isText(value, limits.nameCharactersMax) && value !== '',
  catches: signals,
  ignores: signals,
  blocks: signals,
  defaults: signals,
  memoryBytesMin: bytes,
  memoryBytesMax: bytes,
  fdsMin: (value) => isWhole(value, 0, 10_000_000),
  states: (value) => isList(value, 1, 8, (state) => letters.includes(state)),
  olderThanSeconds: seconds,
  youngerThanSeconds: seconds,
};

/** A condition that this agent does not know would make it answer another question: it answers none then. */
function readFilter(fields: Fields): AuditProcessFilter | undefined {
  for (const [name, value] of Object.entries(fields)) {
    const fits = Object.hasOwn(filterFields, name) ? filterFields[name as keyof AuditProcessFilter] : undefined;
    if (fits === undefined || !fits(value)) return undefined;
  }
  return fields as AuditProcessFilter;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isText(value: unknown, charactersMax: number): value is string {
  return typeof value === 'string' && value.length <= charactersMax;
}

function isWhole(value: unknown, least: number, most: number): value is number {
  return Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most;
}

function isList(value: unknown, least: number, most: number, fits: (item: unknown) => boolean): boolean {
  return Array.isArray(value) && value.length >= least && value.length <= most && value.every(fits);
}
