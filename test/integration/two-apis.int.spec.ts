/**
 * Several APIs on one database: the batches of a host go to one and the other in turn, to both at the same moment, and again when the
 * answer was lost. The cursor in the database is what makes it once.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startFleet, type Route } from '../support/fleet.js';
import { randomFrom, seedOf } from '../support/random.js';
import { startStack, type Stack } from '../support/stack.js';

const lostShare = 0.2;
const bothShare = 0.3;

let stack: Stack;
beforeAll(async () => void (stack = await startStack()));
afterAll(() => stack.close());

test('batches_that_alternate_are_doubled_and_sent_again_are_stored_once', { timeout: 120_000 }, async () => {
  const seed = seedOf(process.env['WHODUNIT_SEED']);
  console.log(`seed ${seed}`);
  const random = randomFrom(seed);
  const [first, second] = [stack.url, (await stack.startSecondApi()).url];
  let isFirst = false;
  const routeOf = (): Route => {
    isFirst = !isFirst;
    const [here, there] = isFirst ? [first, second] : [second, first];
    return { urls: random() < bothShare ? [here, there] : [here], isReplyLost: random() < lostShare };
  };
  const { adminToken, sql } = stack;
  const fleet = await startFleet({ routeOf, adminToken, sql, hosts: 6, eventsPerSecond: 600 });
  try {
    await sleep(6_000);
    await fleet.finish(60_000);
  } finally {
    await fleet.close();
  }
  const skipped = await skippedEvents(stack);

  expect(fleet.refusals).toEqual([]);
  expect(await fleet.differences()).toEqual([]);
  // It was not only luck: some did come again.
  expect(skipped).toBeGreaterThan(0);
  const { data } = await stack.gql('{ hosts { nodes { ledger { balanced } } } }');
  expect(data.hosts.nodes).toEqual(Array(6).fill({ ledger: { balanced: true } }));
});

async function skippedEvents({ fetch }: Stack): Promise<number> {
  const text = await (await fetch('/metrics')).text();
  return Number(/^whodunit_events_skipped_total (\d+)$/m.exec(text)?.[1]);
}
