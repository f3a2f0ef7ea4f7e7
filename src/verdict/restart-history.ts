/** How often the same thing was started again, and whether that is a loop. Times are nanoseconds of the boot clock. */

/** Kubernetes backs off up to five minutes; guards in a crontab look every one to five. */
export const restartWindowNs = 300_000_000_000n;

/** Lives of the same thing that are looked at: the latest that had begun when it died. */
export const restartLivesMax = 100;

/** A loop: this restart and the two before it each followed a life shorter than this. */
const shortNs = 60_000_000_000n;
const shortLivesOfLoop = 3;
const hourNs = 3_600_000_000_000n;

/** What began and ended longer before a death than that says nothing here: neither of its hour nor of who was followed in it. */
export const restartHistoryNs = hourNs + restartWindowNs;

/** One life of the same thing. */
export interface Span {
  readonly startedAt: bigint;
  /** Null while it lives, and where its end was not seen. */
  readonly endedAt: bigint | null;
}

/** How many of the lives took the place of another, in the hour before. */
export function restartsBefore(lives: readonly Span[], before: bigint): number {
  return lives.filter((life) => before - life.startedAt < hourNs && isRestart(life, lives)).length;
}

export function isLoop(lives: readonly Span[], diedAt: bigint): boolean {
  const last = lives.toSorted((a, b) => (a.startedAt < b.startedAt ? -1 : 1)).slice(-shortLivesOfLoop);
  if (last.length < shortLivesOfLoop || last.at(-1)?.endedAt !== diedAt) return false;
  return last.every(isShort) && last.slice(1).every((life) => isRestart(life, lives));
}

/** How many of the same thing had died shortly before it and had no successor yet. */
export function waitingBefore(lives: readonly Span[], diedAt: bigint): number {
  const since = diedAt - restartWindowNs;
  const turns = lives.flatMap(({ startedAt, endedAt }) => [
    ...(startedAt > since ? [{ at: startedAt, change: -1 }] : []),
    ...(endedAt !== null && endedAt > since && endedAt < diedAt ? [{ at: endedAt, change: 1 }] : []),
  ]);
  const inOrder = turns.toSorted((a, b) => (a.at < b.at ? -1 : 1));
  return inOrder.reduce((waiting, { change }) => Math.max(0, waiting + change), 0);
}

function isRestart(life: Span, lives: readonly Span[]): boolean {
  return lives.some(
    ({ endedAt }) => endedAt !== null && endedAt <= life.startedAt && life.startedAt - endedAt <= restartWindowNs,
  );
}

function isShort({ startedAt, endedAt }: Span): boolean {
  return endedAt !== null && endedAt - startedAt < shortNs;
}
