/** What a signal does to a process that has no handler for it, signal(7). Real-time signals (32 and up) terminate. */
export type DefaultAction = 'terminate' | 'core' | 'ignore' | 'stop' | 'continue';

const core: ReadonlySet<number> = new Set([3, 4, 5, 6, 7, 8, 11, 24, 25, 31]);
const ignore: ReadonlySet<number> = new Set([17, 23, 28]);
const stop: ReadonlySet<number> = new Set([19, 20, 21, 22]);

export function defaultAction(signal: number): DefaultAction {
  if (core.has(signal)) return 'core';
  if (ignore.has(signal)) return 'ignore';
  if (stop.has(signal)) return 'stop';
  return signal === 18 ? 'continue' : 'terminate';
}
