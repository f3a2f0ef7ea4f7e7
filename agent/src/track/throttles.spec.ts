import { expect, it } from 'vitest';
import { KnownEvent } from '../../../src/contract/index.js';
import { Throttles } from './throttles.js';

const second = 1_000_000_000n;
const cgroup = { hierarchy: 4, id: 7n };

function setUp(path: string | undefined) {
  const events: KnownEvent[] = [];
  const throttles = new Throttles(
    () => path,
    (event) => events.push(KnownEvent.parse(event)),
  );
  return { events, throttles };
}

it('tells_that_it_began_how_many_and_that_it_is_over', () => {
  const { events, throttles } = setUp('/noisy');
  throttles.take([{ cgroup, count: 10, since: second, until: 2n * second }], 2n * second);
  throttles.take([{ cgroup, count: 5, since: 2n * second, until: 3n * second }], 3n * second);
  throttles.take([], 4n * second);
  throttles.take([], 7n * second);
  throttles.take([], 99n * second);
  const since = String(second);
  expect(events).toEqual([
    { kind: 'throttle', at: since, cgroup: '/noisy', state: 'start', since },
    {
      kind: 'loss',
      cause: 'throttled',
      at: `${2n * second}`,
      since,
      until: `${2n * second}`,
      count: 10,
      cgroup: '/noisy',
    },
    {
      ...{ kind: 'loss', cause: 'throttled', at: `${3n * second}`, since: `${2n * second}`, until: `${3n * second}` },
      ...{ count: 5, cgroup: '/noisy' },
    },
    { kind: 'throttle', at: `${7n * second}`, cgroup: '/noisy', state: 'stop', since, count: 15 },
  ]);
});

it('names_a_cgroup_without_a_path_by_its_numbers', () => {
  const { events, throttles } = setUp(undefined);
  throttles.take([{ cgroup, count: 1, since: 1n, until: 1n }], 1n);
  expect(events[0]).toMatchObject({ cgroup: '4:7' });
});
