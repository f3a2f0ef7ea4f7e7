/** What this process holds on to, once the garbage is gone. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

export function residentBytes(): number {
  collect();
  return process.memoryUsage().rss;
}
