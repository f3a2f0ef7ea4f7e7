import { describe, expect, it } from 'vitest';
import { floodBytes } from '../kernel/flood.js';
import { capturedRecords } from '../kernel/record.fixture.js';
import { Counts } from './counts.js';
import type { HashMap } from './hash-map.js';

const second = 1_000_000_000n;

/** The kernel's map, without a kernel. */
function map() {
  const entries = new Map<string, Uint8Array>();
  const name = (key: Uint8Array) => Buffer.from(key).toString('hex');
  const hashMap: Pick<HashMap, 'entries' | 'get' | 'set' | 'delete'> = {
    entries: () => [...entries].map(([key, value]) => ({ key: Buffer.from(key, 'hex'), value: value.slice() })),
    get: (key) => entries.get(name(key)),
    set: (key, value) => void entries.set(name(key), value),
    delete: (key) => void entries.delete(name(key)),
  };
  return Object.assign(hashMap as HashMap, { size: () => entries.size });
}

const u64s = (...values: bigint[]) => new Uint8Array(new BigUint64Array(values).buffer);

function setUp() {
  const maps = { floods: map(), throttles: map(), throttlesTold: map() };
  return { maps, counts: new Counts(maps), again: () => new Counts(maps) };
}

describe('Counts', () => {
  const signal = Buffer.from(capturedRecords.find(({ record }) => record.kind === 'signal')?.hex ?? '', 'hex');
  const floodKey = (at: bigint) => {
    const key = new Uint8Array(floodBytes.key);
    key.set(u64s(at));
    return key;
  };

  it('leaves_the_seconds_alone_that_may_still_be_written_to', () => {
    const { maps, counts } = setUp();
    for (const at of [10n, 11n, 12n]) maps.floods.set(floodKey(at), new Uint8Array([...u64s(at, 99n), ...signal]));
    const read = counts.read(12n * second + 5n);
    expect(read.floods.map(({ count }) => count)).toEqual([10]);
    read.forget();
    expect(counts.read().floods.map(({ count }) => count)).toEqual([11, 12]);
  });

  it('forgets_nothing_before_it_is_told', () => {
    const { maps, counts, again } = setUp();
    maps.floods.set(floodKey(1n), new Uint8Array([...u64s(5n, 99n), ...signal]));
    maps.throttles.set(u64s(7n, 4n), u64s(3n, 50n, 40n, 3n * second, 4n * second));
    counts.read(9n * second);
    const read = again().read(9n * second);
    expect(read.floods).toHaveLength(1);
    expect(read.withheld).toEqual([
      { cgroup: { hierarchy: 4, id: 7n }, count: 40, since: 3n * second, until: 4n * second },
    ]);
    read.forget();
    const later = again().read(9n * second);
    expect([later.floods, later.withheld]).toEqual([[], []]);
  });

  it('goes_on_where_its_predecessor_was', () => {
    const { maps, counts, again } = setUp();
    maps.throttles.set(u64s(7n, 4n), u64s(3n, 50n, 40n, 3n * second, 4n * second));
    counts.read(5n * second).forget();
    maps.throttles.set(u64s(7n, 4n), u64s(5n, 9n, 42n, 5n * second, 6n * second));
    expect(again().read(7n * second).withheld).toMatchObject([{ count: 2, since: 5n * second, until: 6n * second }]);
  });

  it('makes_room_for_other_cgroups_after_a_minute_of_peace', () => {
    const { maps, counts } = setUp();
    maps.throttles.set(u64s(7n, 4n), u64s(3n, 50n, 40n, 3n * second, 4n * second));
    counts.read(60n * second).forget();
    expect(maps.throttles.size()).toBe(1);
    counts.read(64n * second).forget();
    expect([maps.throttles.size(), maps.throttlesTold.size()]).toEqual([0, 0]);
  });
});
