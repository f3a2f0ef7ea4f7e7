/** What the API answers, checked by hand: replies.spec.ts holds each reader to the contract's schema. */
import type { Ack, EnrollReply, Problem } from '../contract.js';

export function readAck(body: unknown): Ack | undefined {
  if (!isObject(body)) return undefined;
  const { epoch, committed } = body;
  return typeof epoch === 'string' && isCount(committed) ? { epoch, committed } : undefined;
}

export function readEnrollReply(body: unknown): EnrollReply | undefined {
  if (!isObject(body)) return undefined;
  const { hostId, credential } = body;
  return typeof hostId === 'string' && typeof credential === 'string' ? { hostId, credential } : undefined;
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

function isObject(body: unknown): body is Record<string, unknown> {
  return typeof body === 'object' && body !== null && !Array.isArray(body);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
