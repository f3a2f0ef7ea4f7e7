import { describe, expect, test } from 'vitest';
import type { Event, LedgerEvent, LossEvent, StreamCounts } from '../contract/index.js';
import { toLedgerRows } from './ledger.rows.js';

const [run, former] = ['5b0d6a1e-6f6d-4b5e-9c3e-0e8f2b9f4a11', '0f8fad5b-d9cb-469f-a165-70867728950e'];
const exit: Event = { kind: 'exit', at: '5', pid: 7, start: '3', coreDumped: false };
const line: Event = { kind: 'kernel_log', at: '5', topic: 'segfault', text: 'x' };
const stop: Event = { kind: 'agent_stop', at: '6' };
const mark = (read: StreamCounts, of = run): LedgerEvent => ({ kind: 'ledger', at: '6', run: of, read });
const loss = (more: Partial<LossEvent>): LossEvent => ({
  ...{ kind: 'loss', at: '6', cause: 'spool-full', since: '1', until: '6' },
  ...more,
});
const rowsOf = (events: readonly Event[], opening = 0) => toLedgerRows(events, { run, first: 1, opening });

describe('what is posted', () => {
  test('events_are_counted_by_stream_and_those_about_the_agent_are_not', () => {
    const { posts, losses, claims } = rowsOf([exit, line, exit, stop, loss({ count: 0, streams: {} })]);
    expect(posts).toEqual([
      { run, stream: 'sensor', stored: 2 },
      { run, stream: 'kernel-log', stored: 1 },
    ]);
    expect([losses, claims]).toEqual([[], []]);
  });

  test('what_the_opening_of_an_epoch_restates_is_not_counted_but_its_losses_are', () => {
    const dropped = loss({ count: 7, streams: { sensor: 5, 'kernel-log': 1 } });
    const { posts, losses } = rowsOf([dropped, exit, exit], 2);
    expect(posts).toEqual([{ run, stream: 'sensor', stored: 1 }]);
    expect(losses).toEqual([
      { run, stream: 'sensor', cause: 'spool-full', count: 5, uncounted: 0 },
      { run, stream: 'kernel-log', cause: 'spool-full', count: 1, uncounted: 0 },
    ]);
  });

  test('losses_of_one_cause_are_added_up_and_those_without_a_number_are_counted_as_such', () => {
    const { losses } = rowsOf([
      loss({ cause: 'ring-overrun', count: 3 }),
      loss({ cause: 'ring-overrun', count: 4 }),
      loss({ cause: 'kernel-log-overrun', count: 2 }),
      loss({ cause: 'spool-damaged' }),
    ]);
    expect(losses).toEqual([
      { run, stream: 'sensor', cause: 'ring-overrun', count: 7, uncounted: 0 },
      { run, stream: 'kernel-log', cause: 'kernel-log-overrun', count: 2, uncounted: 0 },
      { run, stream: 'sensor', cause: 'spool-damaged', count: 0, uncounted: 1 },
    ]);
  });
});

test('a_gap_of_which_only_the_end_is_known_is_left_to_the_database', () => {
  const { losses } = rowsOf([loss({ count: 7, read: { sensor: 9 } }), line, exit, exit], 1);
  expect(losses).toEqual([
    { run, stream: 'sensor', cause: 'spool-full', count: 0, uncounted: 0, read: 9, later: 2 },
    { run, stream: 'kernel-log', cause: 'spool-full', count: 0, uncounted: 0, read: 0, later: 1 },
  ]);
});

describe('what is claimed', () => {
  test('what_comes_after_the_mark_in_the_batch_is_later_and_what_the_kernel_lost_is_not', () => {
    const more = [
      exit,
      loss({ cause: 'rejected', count: 1, streams: { sensor: 1 } }),
      loss({ cause: 'throttled', count: 9 }),
    ];
    const { claims } = rowsOf([exit, mark({ sensor: 1 }), ...more]);
    expect(claims).toEqual([
      { run, stream: 'sensor', read: 1, later: 2, at_ns: '6', at_least: false },
      { run, stream: 'kernel-log', read: 0, later: 0, at_ns: '6', at_least: false },
    ]);
  });

  test('only_the_last_mark_of_a_run_counts', () => {
    const { claims } = rowsOf([exit, mark({ sensor: 1 }), exit, mark({ sensor: 2 })]);
    expect(claims).toMatchObject([
      { read: 2, later: 0 },
      { read: 0, later: 0 },
    ]);
  });

  test('of_a_former_run_it_is_the_least_and_its_rows_are_made', () => {
    const { posts, claims } = rowsOf([mark({ sensor: 4, 'kernel-log': 2 }, former), exit]);
    expect(posts).toEqual([
      { run, stream: 'sensor', stored: 1 },
      { run: former, stream: 'sensor', stored: 0 },
      { run: former, stream: 'kernel-log', stored: 0 },
    ]);
    expect(claims).toMatchObject([
      { run: former, stream: 'sensor', read: 4, later: 0, at_least: true },
      { run: former, stream: 'kernel-log', read: 2, later: 0, at_least: true },
    ]);
  });
});
