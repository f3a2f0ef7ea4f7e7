/** Looks at the agent's own use of the host from time to time. */
import { agentLimits } from '../limits.js';
import { Overuse, type UseLimits } from './overuse.js';

/** `onOver` is called once, with a sentence. Returns what ends the watch. */
export function watchSelf(limits: UseLimits, onOver: (sentence: string) => void): () => void {
  const overuse = new Overuse(limits);
  const timer = setInterval(() => {
    const { user, system } = process.cpuUsage();
    const use = { atMs: performance.now(), residentBytes: process.memoryUsage.rss(), cpuMs: (user + system) / 1_000 };
    const sentence = overuse.judge(use);
    if (sentence === undefined) return;
    clearInterval(timer);
    onOver(sentence);
  }, agentLimits.ownUseCheckMs);
  timer.unref();
  return () => clearInterval(timer);
}
