/** What this process holds on to, once the garbage is gone. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Of JavaScript and its buffers: unlike what is resident, that does not depend on when V8 finds it worth its while. */
export function heldBytes(): number {
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

export function residentBytes(): number {
  collect();
  return process.memoryUsage().rss;
}
