/** Canary, then waves: how the targets of a plan are divided, and what of it may be sent now. */
import type { TargetFacts } from './job-facts.js';

export interface WaveSize {
  /** Of all targets, at most, after the canary. */
  readonly share: number;
  /** Healthy hosts of one wave. */
  readonly healthyMax: number;
}

/** Those that are online come first: a canary that is offline would say nothing. */
export function inWaves(targets: readonly TargetFacts[], { share, healthyMax }: WaveSize): readonly TargetFacts[][] {
  const sizeMax = Math.max(1, Math.ceil(targets.length * share));
  const waves: TargetFacts[][] = [];
  for (const target of targets.toSorted((a, b) => Number(b.host.online) - Number(a.host.online))) {
    const last = waves.at(-1) ?? [];
    const isFull = last.length >= (waves.length === 1 ? 1 : sizeMax);
    const disturbsTooMany = target.host.healthy && last.filter(({ host }) => host.healthy).length >= healthyMax;
    if (last.length === 0 || isFull || disturbsTooMany) waves.push([target]);
    else last.push(target);
  }
  return waves;
}

/** FAILED is whatever did not succeed: failed, refused by the agent, expired, unknown. */
export type TargetState = 'WAITING' | 'SENT' | 'SUCCEEDED' | 'FAILED';

export interface WaveStep {
  /** Indexes of the plan's targets. */
  readonly send: readonly number[];
  /** Too many have failed: what still waits is never sent. */
  readonly stopped: boolean;
}

export interface Waves {
  readonly failuresMax: number;
  readonly targets: readonly { readonly wave: number }[];
}

/** A wave begins when everything of those before has ended. `states` in the order of the plan's targets. */
export function nextWave({ targets, failuresMax }: Waves, states: readonly TargetState[]): WaveStep {
  const failures = states.filter((state) => state === 'FAILED').length;
  if (failures >= failuresMax) return { send: [], stopped: true };
  const isOver = (index: number) => states[index] === 'SUCCEEDED' || states[index] === 'FAILED';
  const present = Math.min(...targets.flatMap(({ wave }, index) => (isOver(index) ? [] : [wave])));
  const isNext = (wave: number, index: number) => wave === present && states[index] === 'WAITING';
  return { send: targets.flatMap(({ wave }, index) => (isNext(wave, index) ? [index] : [])), stopped: false };
}
