/** What the worker can be woken for. A name without a handler stops the worker's boot (and the compiler). */
export const jobNames = [
  'decide-pending',
  'apply-policies',
  'dispatch-jobs',
  'expire-jobs',
  'forget-old',
  'reverdict',
  'keep-days',
  'sweep-audits',
  'tell-notices',
  'watch-incidents',
] as const;
export type JobName = (typeof jobNames)[number];
export type JobHandlers = Readonly<Record<JobName, () => Promise<void>>>;

/** How often each is done without being asked, so that work that a crash lost is found. */
export const sweepEveryMs: Readonly<Record<JobName, number>> = {
  'decide-pending': 5_000,
  'apply-policies': 5_000,
  'dispatch-jobs': 5_000,
  'expire-jobs': 5_000,
  // What is kept for months.
  'forget-old': 60_000,
  // A worker of an older version may still be deciding while a newer one has come.
  reverdict: 10_000,
  'keep-days': 3_600_000,
  'sweep-audits': 5_000,
  // Also what waited for its next attempt.
  'tell-notices': 5_000,
  // What comes of itself is not swept for: hosts that fall silent, what lasts, what is over, what is to be told by now.
  'watch-incidents': 2_000,
};
