import { expect, it } from 'vitest';
import { Carry } from './carry.js';

const born = (pid: number, parent?: number) =>
  JSON.stringify({
    kind: 'process',
    at: String(pid),
    pid,
    start: '1',
    origin: 'exec',
    comm: 'x',
    args: [],
    ...(parent !== undefined && { parent: { pid: parent, start: '1' } }),
  });
const ended = (pid: number) => JSON.stringify({ kind: 'exit', at: '9', pid, start: '1', coreDumped: false });
const pids = (carry: Carry) => carry.take().map((line) => (JSON.parse(line) as { pid: number }).pid);

it('describes_again_those_that_lived_on_and_their_parents_before_them', () => {
  const carry = new Carry('run', 1);
  carry.add([born(3, 2), born(2, 1), born(1), born(4), ended(4), ended(2), ended(9)]);
  expect(pids(carry)).toEqual([1, 2, 3]);
  expect(pids(carry)).toEqual([]);
});

it('forgets_those_whose_end_was_dropped_when_so_many_have_ended_since_that_no_event_refers_to_them', () => {
  const carry = new Carry('run', 2);
  carry.add([born(1), born(2), born(3), born(4)]);
  carry.add([ended(1), ended(2)]);
  carry.add([ended(3)]);
  expect(pids(carry)).toEqual([2, 3, 4]);
});
