/** What the API answers, checked by hand: replies.spec.ts holds each reader to the contract's schema. */
import type { Ack, EnrollReply, Problem } from '../contract.js';

export function readAck(body: unknown): Ack | undefined {
  if (!isObject(body)) return undefined;
  const { epoch, committed } = body;
  return typeof epoch === 'string' && isCount(committed) ? { epoch, committed } : undefined;
}

export function readEnrollReply(body: unknown): EnrollReply | undefined {
  if (!isObject(body)) return undefined;
  const { hostId, credential, commandKey } = body;
  if (typeof hostId !== 'string' || typeof credential !== 'string') return undefined;
  if (commandKey === undefined) return { hostId, credential };
  return typeof commandKey === 'string' && isBase64(commandKey) ? { hostId, credential, commandKey } : undefined;
}

export function readProblem(body: unknown): Problem | undefined {
  if (!isObject(body)) return undefined;
  const { type, title, status, code, detail, committed } = body;
  const isWhole =
    typeof type === 'string' &&
    typeof title === 'string' &&
    Number.isSafeInteger(status) &&
    typeof code === 'string' &&
    typeof detail === 'string' &&
    (committed === undefined || isCount(committed));
  return isWhole ? (body as Problem) : undefined;
}

function isBase64(text: string): boolean {
  return text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text);
}

function isObject(body: unknown): body is Record<string, unknown> {
  return typeof body === 'object' && body !== null && !Array.isArray(body);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
