/** Looks at the agent's own use of the host from time to time. */
import { delayToBeat } from '../beat.js';
import { agentLimits } from '../limits.js';
import { Overuse, type UseLimits } from './overuse.js';

/** `onOver` is called once, with a sentence. Returns what ends the watch. */
export function watchSelf(limits: UseLimits, onOver: (sentence: string) => void): () => void {
  const overuse = new Overuse(limits);
  let timer: NodeJS.Timeout;
  const look = () => {
    const { user, system } = process.cpuUsage();
    const use = { atMs: performance.now(), residentBytes: process.memoryUsage.rss(), cpuMs: (user + system) / 1_000 };
    const sentence = overuse.judge(use);
    if (sentence === undefined) wait();
    else onOver(sentence);
  };
  const wait = () => {
    timer = setTimeout(look, delayToBeat(agentLimits.ownUseCheckMs, agentLimits.pollIdleMsMax)).unref();
  };
  wait();
  return () => clearTimeout(timer);
}
