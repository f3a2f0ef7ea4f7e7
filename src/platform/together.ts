/** Work that costs about as much for many as for one. Who asks alone waits for nobody. */
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Whoever asks while a round runs goes into the next one, together with all others who did.
 * @param work answers in the order of the items, for all of them or (by throwing) for none, and then has done nothing.
 */
export function together<Item, Answer>(
  work: (items: readonly Item[]) => Promise<readonly Answer[]>,
  itemsMax: number,
): (item: Item) => Promise<Answer> {
  let waiting: Waiting<Item, Answer>[] = [];
  let isRunning = false;

  const run = async (): Promise<void> => {
    isRunning = true;
    while (waiting.length > 0) {
      const round = waiting.slice(0, itemsMax);
      waiting = waiting.slice(itemsMax);
      await answer(work, round);
    }
    isRunning = false;
  };
  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      if (!isRunning) void run();
    });
}

interface Waiting<Item, Answer> {
  readonly item: Item;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

async function answer<Item, Answer>(
  work: (items: readonly Item[]) => Promise<readonly Answer[]>,
  round: readonly Waiting<Item, Answer>[],
): Promise<void> {
  try {
    const answers = await work(round.map(({ item }) => item));
    for (const [index, { resolve }] of round.entries()) resolve(answers[index]!);
  } catch (error) {
    if (round.length === 1) return round[0]!.reject(error);
    // One of them may be the reason: that one alone shall have the error.
    for (const one of round) await answer(work, [one]);
  }
}

/** While one runs, or rests for so long after that, however many more are asked for are one that follows it. */
export function coalesced(work: () => Promise<void>, restMs = 0): () => Promise<void> {
  let busy: Promise<void> | undefined;
  let next: Promise<void> | undefined;
  const rest = async (running: Promise<void>) => {
    await running.catch(() => undefined);
    if (restMs > 0) await sleep(restMs, undefined, { ref: false });
    busy = undefined;
  };
  const ask = (): Promise<void> => {
    if (busy) {
      return (next ??= busy.then(() => {
        next = undefined;
        return ask();
      }));
    }
    const running = work();
    busy = rest(running);
    return running;
  };
  return ask;
}
