/** What HTTP answers mean, as far as all receivers agree; and the answers that say 200 and mean something else. */
import type { DeliveryCode, Judgement, Reply } from './receiver.js';

/** Longer than that nobody is let wait by a header. */
const retryAfterMsMax = 3_600_000;

export const accepted: Judgement = { result: 'accepted' };

export function again(code: DeliveryCode, afterMs: number | null = null): Judgement {
  return { result: 'again', code, afterMs };
}

/** 2xx is yes, 410 is the end, 408, 425, 429 and 5xx pass, redirects are not followed, and the rest is a no. */
export function judgeStatus(reply: Reply, now: Date): Judgement {
  const { status } = reply;
  if (status >= 200 && status < 300) return accepted;
  if (status === 410) return { result: 'gone', code: 'delivery/gone' };
  if (status === 429) return again('delivery/too-many', retryAfterMs(reply, now));
  if (status === 408 || status === 425 || status >= 500) return again('delivery/unavailable', retryAfterMs(reply, now));
  if (status >= 300 && status < 400) return { result: 'refused', code: 'delivery/redirected' };
  return { result: 'refused', code: 'delivery/refused' };
}

export interface ErrorCodes {
  /** The member of the body that holds the code; 0 is success. */
  readonly member: 'errcode' | 'code';
  readonly tooMany: readonly number[];
  /** Wrong token, wrong signature, not our form: it will not become right by itself. */
  readonly refused: readonly number[];
}

/** For robots that answer 200 whatever happens: only a body that says success is one. What nobody knows is tried again. */
export function judgeErrorCode(reply: Reply, now: Date, codes: ErrorCodes): Judgement {
  const judgement = judgeStatus(reply, now);
  if (judgement.result !== 'accepted') return judgement;
  const code = memberOf(reply.body, codes.member);
  if (code === 0) return accepted;
  if (typeof code !== 'number') return again('delivery/not-understood');
  if (codes.tooMany.includes(code)) return again('delivery/too-many');
  return codes.refused.includes(code) ? { result: 'refused', code: 'delivery/refused' } : again('delivery/unavailable');
}

function memberOf(body: string, member: string): unknown {
  try {
    return (JSON.parse(body) as Record<string, unknown> | null)?.[member];
  } catch {
    return undefined;
  }
}

/** Seconds, or an HTTP date (RFC 9110, 10.2.3). */
export function retryAfterMs({ retryAfter }: Reply, now: Date): number | null {
  if (retryAfter === null) return null;
  const ms = /^\d{1,9}$/.test(retryAfter) ? Number(retryAfter) * 1_000 : Date.parse(retryAfter) - now.getTime();
  return Number.isNaN(ms) ? null : Math.min(Math.max(ms, 0), retryAfterMsMax);
}
