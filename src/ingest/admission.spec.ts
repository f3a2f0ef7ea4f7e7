import { describe, expect, test } from 'vitest';
import { Admission, type Admitted } from './admission.js';

const limits = { admittedMax: 2, waitingMax: 4, waitingPerHostMax: 2, waitMs: 60_000 };

function scene(overrides: Partial<typeof limits> = {}) {
  const admission = new Admission({ ...limits, ...overrides });
  const order: number[] = [];
  const releases = new Map<number, () => void>();
  const ask = async (hostId: number): Promise<Admitted['outcome']> => {
    const admitted = await admission.admit(hostId);
    if (admitted.outcome === 'admitted') {
      order.push(hostId);
      releases.set(hostId, admitted.release);
    }
    return admitted.outcome;
  };
  const release = async (hostId: number) => {
    releases.get(hostId)!();
    await new Promise(setImmediate);
  };
  return { ask, release, order };
}

describe('admission', () => {
  test('so_many_are_in_memory_and_the_others_wait_for_their_turn', async () => {
    const { ask, release, order } = scene();
    void [1, 2, 3, 4].map(ask);
    await release(await Promise.resolve(1));
    expect(order).toEqual([1, 2, 3]);
    await release(2);
    expect(order).toEqual([1, 2, 3, 4]);
  });

  test('a_host_that_sends_without_pause_waits_for_itself_and_holds_up_nobody', async () => {
    const { ask, release, order } = scene();
    void [1, 1, 1, 2, 3].map(ask);
    await new Promise(setImmediate);
    expect(order).toEqual([1, 2]);
    await release(1);
    expect(order).toEqual([1, 2, 3]);
    await release(2);
    expect(order).toEqual([1, 2, 3, 1]);
  });

  test('who_would_be_too_many_is_told_so', async () => {
    const { ask } = scene();
    void [1, 2, 1, 1].map(ask);
    expect(await ask(1)).toBe('crowded');
    void [3, 4].map(ask);
    expect(await ask(5)).toBe('full');
  });

  test('who_has_waited_too_long_is_told_so_and_leaves_no_trace', async () => {
    const { ask, release, order } = scene({ admittedMax: 1, waitMs: 1 });
    void ask(1);
    expect(await ask(2)).toBe('full');
    await release(1);
    expect(await ask(2)).toBe('admitted');
    expect(order).toEqual([1, 2]);
  });

  test('releasing_twice_lets_one_in', async () => {
    const admission = new Admission({ ...limits, admittedMax: 1 });
    const first = (await admission.admit(1)) as Extract<Admitted, { outcome: 'admitted' }>;
    const waiting = [2, 3].map((host) => admission.admit(host));
    first.release();
    first.release();
    expect(await waiting[0]).toMatchObject({ outcome: 'admitted' });
    expect(await Promise.race([waiting[1], Promise.resolve('waits')])).toBe('waits');
  });
});
