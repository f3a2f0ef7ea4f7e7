import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { History, type Action } from './history.fixture.js';

const turn = fc.record({ do: fc.constant('turn' as const), records: fc.integer({ min: 0, max: 12 }) });
const sync = fc.constant<Action>({ do: 'sync' });
const kill = fc.constant<Action>({ do: 'kill' });
const forget = fc.constant<Action>({ do: 'forget' });
const mend = fc.constant<Action>({ do: 'mend' });
const send = fc.record({
  do: fc.constant('send' as const),
  fate: fc.constantFrom('arrives' as const, 'lost' as const, 'reply-lost' as const),
});
const crash = fc.record({ do: fc.constant('crash' as const), choices: fc.array(fc.nat(5_000), { minLength: 1 }) });
const fail = fc.record({
  do: fc.constant('fail' as const),
  what: fc.constantFrom('append' as const, 'sync' as const, 'replace' as const, 'remove' as const, 'create' as const),
});
const historyOf = (...actions: fc.Arbitrary<Action>[]) => fc.array(fc.oneof(...actions), { maxLength: 80 });

async function live(actions: readonly Action[], bytesMax: number): Promise<History> {
  const history = new History(bytesMax);
  for (const action of actions) await history.act(action);
  history.oweAll();
  await history.end();
  expect(history.complaints).toEqual([]);
  return history;
}

function expectOnce(history: History): void {
  expect(history.stored.length).toBe(new Set(history.stored).size);
}

/** Each is stored, or within the time of a loss. */
function expectNoneMissing({ owed, stored, losses }: History): void {
  const there = new Set(stored);
  for (const record of owed) {
    const isCounted = losses.some(({ since, until }) => Number(since) <= record && record <= Number(until));
    if (!there.has(record) && !isCounted) expect.fail(`${record} is neither stored nor counted`);
  }
}

const runs = { numRuns: 400 };

describe('after any history', () => {
  it('of_kills_and_lost_replies_everything_is_stored_exactly_once_and_no_loss_is_told', () =>
    fc.assert(
      fc.asyncProperty(historyOf(turn, turn, sync, kill, send, send), async (actions) => {
        const history = await live(actions, 1e6);
        expectOnce(history);
        expect(history.losses).toEqual([]);
        expect(new Set(history.stored)).toEqual(history.owed);
      }),
      runs,
    ));

  it('of_power_failures_what_was_durable_is_stored_exactly_once', () =>
    fc.assert(
      fc.asyncProperty(historyOf(turn, turn, sync, kill, crash, send, send), async (actions) => {
        const history = await live(actions, 1e6);
        expectOnce(history);
        const stored = new Set(history.stored);
        for (const record of history.owed) expect(stored).toContain(record);
        for (const loss of history.losses) expect(loss).toMatchObject({ cause: 'spool-damaged' });
      }),
      runs,
    ));

  it('of_a_spool_that_is_too_small_everything_is_stored_once_or_counted', () =>
    fc.assert(
      fc.asyncProperty(historyOf(turn, turn, turn, sync, kill, crash, send), async (actions) => {
        const history = await live(actions, 6_000);
        expectOnce(history);
        expectNoneMissing(history);
        const missing = [...history.owed].filter((record) => !history.stored.includes(record)).length;
        const counted = history.losses.reduce((sum, { count }) => sum + (count ?? 0), 0);
        expect(counted).toBeGreaterThanOrEqual(missing);
      }),
      runs,
    ));

  it('of_a_disk_that_fails_and_a_server_that_forgets_everything_is_stored_or_counted', () =>
    fc.assert(
      fc.asyncProperty(historyOf(turn, turn, sync, kill, send, send, fail, mend, forget), async (actions) => {
        expectNoneMissing(await live(actions, 6_000));
      }),
      runs,
    ));
});
