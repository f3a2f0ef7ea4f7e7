import { describe, expect, it } from 'vitest';
import { createLife, unknownImage } from './life.js';
import { ProcessTable } from './table.js';

function life(pid: number, start: bigint) {
  const none = { loginUid: undefined, session: undefined, tty: undefined, cgroup: undefined };
  const flags = { kernelThread: false, dead: false };
  const who = { pid, tid: pid, start, parentPid: 1, parentStart: 1n, uid: 0, euid: 0, comm: 'x', ...none, ...flags };
  return createLife(who, 'fork', unknownImage, undefined);
}

describe('ProcessTable', () => {
  it('finds_a_life_after_its_end_until_as_many_others_have_ended_as_it_may_remember', () => {
    const table = new ProcessTable(2);
    for (const pid of [10, 11, 12]) {
      const one = life(pid, 5n);
      table.add(one);
      table.end(one);
    }
    expect(table.find(10, 5n)).toBeUndefined();
    expect(table.find(11, 5n)?.ended).toBe(true);
    expect(table.find(12, 5n)?.ended).toBe(true);
  });

  it('never_takes_a_pid_that_came_back_for_the_one_before', () => {
    const table = new ProcessTable();
    table.add(life(10, 5n));
    table.add(life(10, 9n));
    expect(table.findLiving(10)?.who.start).toBe(9n);
    expect(table.find(10, 5n)?.ended).toBe(true);
    expect(table.find(10, 7n)).toBeUndefined();
  });

  it('does_not_let_an_older_life_replace_a_younger_one', () => {
    const table = new ProcessTable();
    table.add(life(10, 9n));
    table.add(life(10, 5n));
    expect(table.findLiving(10)?.who.start).toBe(9n);
    expect(table.living()).toHaveLength(1);
  });
});
