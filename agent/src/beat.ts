/**
 * What the agent looks at while nothing happens falls on one beat, so that one wakeup serves all: it is waking up that costs
 * (docs/decisions/2026-11-21-idle.md).
 */

/** Milliseconds until the first beat that is not earlier than `delayMs` from now, but for a tenth of a beat. */
export function delayToBeat(delayMs: number, beatMs: number, nowMs: number = performance.now()): number {
  const beats = Math.ceil((nowMs + delayMs - beatMs / 10) / beatMs);
  return Math.max(1, Math.ceil(beats * beatMs - nowMs));
}
