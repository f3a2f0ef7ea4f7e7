import { expect, test, vi } from 'vitest';
import { Channel } from './channel.js';

test('values_come_out_in_order_whoever_is_first', async () => {
  const channel = new Channel<number>(10, () => undefined);
  const early = channel.next();
  expect([channel.push(1), channel.push(2), channel.push(3)]).toEqual([true, true, true]);
  expect([await early, await channel.next(), await channel.next()].map(({ value }) => value as number)).toEqual([
    1, 2, 3,
  ]);
});

test('it_is_bounded_and_what_did_not_fit_is_not_queued', async () => {
  const channel = new Channel<number>(2, () => undefined);
  expect([channel.push(1), channel.push(2), channel.push(3)]).toEqual([true, true, false]);
  await channel.next();
  expect(channel.push(4)).toBe(true);
  expect([(await channel.next()).value, (await channel.next()).value]).toEqual([2, 4]);
});

test('a_failure_comes_after_what_waits_and_once', async () => {
  const onEnd = vi.fn();
  const channel = new Channel<number>(10, onEnd);
  channel.push(1);
  channel.fail(new Error('too slow'));
  channel.fail(new Error('again'));
  expect(channel.push(2)).toBe(true);
  expect(await channel.next()).toEqual({ value: 1, done: false });
  await expect(channel.next()).rejects.toThrow('too slow');
  expect(await channel.next()).toEqual({ value: undefined, done: true });
  expect(onEnd).toHaveBeenCalledTimes(1);
});

test('a_failure_and_an_end_reach_a_consumer_that_waits', async () => {
  const failing = new Channel<number>(1, () => undefined);
  const rejected = expect(failing.next()).rejects.toThrow('gone');
  failing.fail(new Error('gone'));
  await rejected;
  const ending = new Channel<number>(1, () => undefined);
  const waiting = ending.next();
  await ending.return();
  expect(await waiting).toEqual({ value: undefined, done: true });
});

test('leaving_early_ends_it_once_and_forgets_what_waits', async () => {
  const onEnd = vi.fn();
  const channel = new Channel<number>(5, onEnd);
  for (let n = 0; n < 5; n++) channel.push(n);
  for await (const value of channel) if (value === 1) break;
  expect(await channel.next()).toEqual({ value: undefined, done: true });
  await channel.return();
  expect(onEnd).toHaveBeenCalledTimes(1);
});
