/** Waiting in tests: a poll with a generous bound, never an asserted time. */
import { setTimeout as sleep } from 'node:timers/promises';

const pollMs = 20;

/** @returns the first truthy answer. @throws Error that quotes the last answer when there is none within the bound. */
export async function eventually<T>(ask: () => Promise<T> | T, boundMs = 20_000): Promise<NonNullable<T>> {
  const deadline = Date.now() + boundMs;
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    if (Date.now() > deadline) throw new Error(`this did not become true: ${ask.toString()}; last: ${String(answer)}`);
    await sleep(pollMs);
  }
}
