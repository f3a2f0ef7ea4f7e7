import { describe, expect, it } from 'vitest';
import { Overuse, type UseLimits } from './overuse.js';

const mebibyte = 1024 * 1024;

/** Looks every 3 s, with so many MiB and so many percent of a core. The index of the first complaint. */
function complaintAt(limits: UseLimits, looks: readonly (readonly [mib: number, percent: number])[]) {
  const overuse = new Overuse(limits);
  let cpuMs = 0;
  const complaints = looks.map(([mib, percent], index) => {
    cpuMs += percent * 30;
    return overuse.judge({ atMs: index * 3_000, residentBytes: mib * mebibyte, cpuMs });
  });
  const index = complaints.findIndex((complaint) => complaint !== undefined);
  return { index, complaint: complaints[index] };
}

const limits = { memoryMaxMib: 300, cpuMaxPercent: 100 };
const times = (count: number, mib: number, percent: number) =>
  Array.from({ length: count }, (): [number, number] => [mib, percent]);

describe('Overuse', () => {
  it('is_content_with_an_agent_within_its_limits', () => {
    expect(complaintAt(limits, times(1_000, 300, 100)).index).toBe(-1);
  });

  it('complains_of_memory_at_the_third_look_in_a_row', () => {
    const looks = [...times(2, 301, 0), ...times(1, 100, 0), ...times(5, 400, 0)];
    expect(complaintAt(limits, looks)).toEqual({
      index: 5,
      complaint: 'The agent holds 400 MiB of memory, more than its 300 MiB.',
    });
  });

  it('complains_of_a_processor_after_a_minute_above', () => {
    expect(complaintAt(limits, [...times(10, 1, 10), ...times(40, 1, 150)])).toEqual({
      index: 22,
      complaint: 'The agent took 101 % of a core for a minute, more than its 100 %.',
    });
  });

  it('lets_a_burst_pass', () => {
    expect(complaintAt(limits, [...times(20, 1, 10), ...times(10, 1, 150), ...times(40, 1, 10)]).index).toBe(-1);
  });

  it('knows_no_limit_where_it_is_0', () => {
    expect(complaintAt({ memoryMaxMib: 0, cpuMaxPercent: 0 }, times(100, 5_000, 400)).index).toBe(-1);
  });
});
