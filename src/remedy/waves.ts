/** Canary, then waves: what of a plan may be sent now. A wave begins when everything of those before has ended. */
import type { Plan } from './plan.js';

/** FAILED is whatever did not succeed: failed, refused by the agent, expired, unknown. */
export type TargetState = 'WAITING' | 'SENT' | 'SUCCEEDED' | 'FAILED';

export interface WaveStep {
  /** Indexes of `plan.targets`. */
  readonly send: readonly number[];
  /** Too many have failed: what still waits is never sent. */
  readonly stopped: boolean;
}

/** `states` in the order of `plan.targets`. */
export function nextWave(plan: Plan, states: readonly TargetState[]): WaveStep {
  const failures = states.filter((state) => state === 'FAILED').length;
  if (failures >= plan.failuresMax) return { send: [], stopped: true };
  const isOver = (index: number) => states[index] === 'SUCCEEDED' || states[index] === 'FAILED';
  const open = plan.targets.flatMap(({ wave }, index) => (isOver(index) ? [] : [wave]));
  const present = Math.min(...open);
  const isNext = (wave: number, index: number) => wave === present && states[index] === 'WAITING';
  return { send: plan.targets.flatMap(({ wave }, index) => (isNext(wave, index) ? [index] : [])), stopped: false };
}
