/** What the worker can be woken for. A name without a handler stops the worker's boot (and the compiler). */
export const jobNames = ['decide-pending', 'dispatch-jobs', 'expire-jobs', 'reverdict', 'tell-notices'] as const;
export type JobName = (typeof jobNames)[number];
export type JobHandlers = Readonly<Record<JobName, () => Promise<void>>>;

/** How often each is done without being asked, so that work that a crash lost is found. */
export const sweepEveryMs: Readonly<Record<JobName, number>> = {
  'decide-pending': 5_000,
  'dispatch-jobs': 5_000,
  'expire-jobs': 5_000,
  // A worker of an older version may still be deciding while a newer one has come.
  reverdict: 10_000,
  // Also what waited for its next attempt.
  'tell-notices': 5_000,
};
