import { describe, expect, it } from 'vitest';
import { nextWave, type TargetState } from './waves.js';

const waves = { failuresMax: 1, targets: [0, 1, 1, 2].map((wave) => ({ wave })) };

describe('nextWave', () => {
  it.each<[TargetState[], number[], boolean]>([
    [['WAITING', 'WAITING', 'WAITING', 'WAITING'], [0], false],
    [['SENT', 'WAITING', 'WAITING', 'WAITING'], [], false],
    [['SUCCEEDED', 'WAITING', 'WAITING', 'WAITING'], [1, 2], false],
    [['SUCCEEDED', 'SENT', 'WAITING', 'WAITING'], [2], false],
    [['SUCCEEDED', 'SUCCEEDED', 'SENT', 'WAITING'], [], false],
    [['SUCCEEDED', 'SUCCEEDED', 'SUCCEEDED', 'WAITING'], [3], false],
    [['SUCCEEDED', 'SUCCEEDED', 'SUCCEEDED', 'SUCCEEDED'], [], false],
    [['FAILED', 'WAITING', 'WAITING', 'WAITING'], [], true],
    [['SUCCEEDED', 'FAILED', 'WAITING', 'WAITING'], [], true],
  ])('of_%j_sends_%j', (states, send, stopped) => {
    expect(nextWave(waves, states)).toEqual({ send, stopped });
  });

  it('goes_on_after_fewer_failures_than_stop_it', () => {
    const states: TargetState[] = ['FAILED', 'WAITING', 'WAITING', 'WAITING'];
    expect(nextWave({ ...waves, failuresMax: 2 }, states)).toEqual({ send: [1, 2], stopped: false });
  });
});
