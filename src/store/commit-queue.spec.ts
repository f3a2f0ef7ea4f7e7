import { describe, expect, test } from 'vitest';
import type { Batch } from '../contract/index.js';
import type { CommitResult } from './batch.store.js';
import { CommitQueue, type Delivery } from './commit-queue.js';

const batch = (events: number) => ({ events: Array(events).fill({ kind: 'agent_stop', at: '1' }) }) as unknown as Batch;
const stored: CommitResult = { outcome: 'stored', committed: 1, events: [], pending: 0 };

/** A database that answers when it is told to. */
function scene() {
  const groups: { hosts: number[]; finish: (error?: unknown) => Promise<void> }[] = [];
  const queue = new CommitQueue(async (deliveries: readonly Delivery[]) => {
    await new Promise<void>((resolve, reject) => {
      groups.push({
        hosts: deliveries.map(({ hostId }) => hostId),
        finish: async (error) => {
          if (error === undefined) resolve();
          else reject(error);
          await new Promise(setImmediate);
        },
      });
    });
    return deliveries.map(() => stored);
  });
  const submit = (hostId: number, events = 1) => queue.submit({ hostId, batch: batch(events) });
  return { groups, submit };
}

describe('what is committed together', () => {
  test('with_nothing_to_wait_for_a_batch_goes_at_once_and_later_ones_gather', async () => {
    const { groups, submit } = scene();
    const all = [1, 2, 3, 7, 6, 5].map((host) => submit(host));
    expect(groups.map(({ hosts }) => hosts)).toEqual([[1], [2], [3]]);
    await groups[1]!.finish();
    expect(groups.map(({ hosts }) => hosts)).toEqual([[1], [2], [3], [5, 6, 7]]);
    for (const group of groups) await group.finish();
    expect(await Promise.all(all)).toEqual(Array(6).fill(stored));
  });

  test('a_host_has_one_batch_in_the_database_at_a_time_however_many_it_sends', async () => {
    const { groups, submit } = scene();
    const mad = Array.from({ length: 5 }, () => submit(1));
    const other = submit(2);
    expect(groups.map(({ hosts }) => hosts)).toEqual([[1], [2]]);
    await groups[1]!.finish();
    await other;
    for (let n = 0; n < 7; n += 1) await groups[n]?.finish();
    await Promise.all(mad);
    expect(groups.map(({ hosts }) => hosts)).toEqual([[1], [2], [1], [1], [1], [1]]);
  });

  test('a_group_is_bounded_by_events_and_a_large_batch_goes_alone', async () => {
    const { groups, submit } = scene();
    for (const host of [1, 2, 3]) void submit(host);
    for (const host of [4, 5]) void submit(host, 3_000);
    void submit(6, 5_000);
    await groups[0]!.finish();
    await groups[1]!.finish();
    await groups[2]!.finish();
    expect(groups.slice(3).map(({ hosts }) => hosts)).toEqual([[4], [5], [6]]);
  });
});

describe('what fails', () => {
  const refused = Object.assign(new Error('bad'), { code: '22P02' });
  const away = Object.assign(new Error('away'), { code: 'CONNECTION_CLOSED' });

  test('a_batch_that_postgres_refuses_does_not_hold_up_the_others_of_its_group', async () => {
    const { groups, submit } = scene();
    const first = [1, 2, 3].map((host) => submit(host));
    const group = [4, 5].map((host) => submit(host).catch((error: unknown) => error));
    for (const one of groups.slice(0, 3)) await one.finish();
    await groups[3]!.finish(refused);
    expect(groups.slice(4).map(({ hosts }) => hosts)).toEqual([[4]]);
    await groups[4]!.finish(refused);
    await groups[5]!.finish();
    await Promise.all(first);
    expect(await Promise.all(group)).toEqual([refused, stored]);
  });

  test('a_database_that_is_away_is_not_asked_again_for_each_batch', async () => {
    const { groups, submit } = scene();
    const first = [1, 2, 3].map((host) => submit(host));
    const group = [4, 5].map((host) => submit(host).catch((error: unknown) => error));
    for (const one of groups.slice(0, 3)) await one.finish();
    await groups[3]!.finish(away);
    await Promise.all(first);
    expect(await Promise.all(group)).toEqual([away, away]);
    expect(groups).toHaveLength(4);
  });
});
