/** What follows from an attempt. Pure: time and chance are given. */
import type { DeliveryCode, Judgement } from './receivers/receiver.js';

export const retryLimits = { firstMs: 1_000, longestMs: 3_600_000, attempts: 100, ageMs: 3 * 86_400_000 } as const;

export interface Tried {
  /** With this one. */
  readonly attempts: number;
  /** Since it began to wait. */
  readonly ageMs: number;
  /** Of its receiver, in a row, with this one. */
  readonly failures: number;
}

export type Next =
  | { readonly state: 'DELIVERED' }
  | { readonly state: 'DEAD'; readonly code: DeliveryCode; readonly disable: boolean }
  /** The message waits, and so does its receiver: an outage is not asked about once for every message. */
  | { readonly state: 'PENDING'; readonly code: DeliveryCode; readonly afterMs: number; readonly holdMs: number };

/** @param chance 0 to 1 */
export function nextAfter(judgement: Judgement, { attempts, ageMs, failures }: Tried, chance: number): Next {
  if (judgement.result === 'accepted') return { state: 'DELIVERED' };
  const { code } = judgement;
  if (judgement.result !== 'again') return { state: 'DEAD', code, disable: judgement.result === 'gone' };
  if (attempts >= retryLimits.attempts || ageMs >= retryLimits.ageMs) return { state: 'DEAD', code, disable: false };
  const asked = judgement.afterMs ?? 0;
  const wait = (times: number) => Math.max(asked, backoffMs(times, chance));
  return { state: 'PENDING', code, afterMs: wait(attempts), holdMs: wait(failures) };
}

/** 1 s, 2 s, 4 s … an hour, each shortened by up to half: who failed together does not come back together. */
export function backoffMs(times: number, chance: number): number {
  const whole = Math.min(retryLimits.firstMs * 2 ** Math.min(times - 1, 30), retryLimits.longestMs);
  return Math.round(whole * (1 - chance / 2));
}
