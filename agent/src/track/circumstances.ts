/** What else was so when a signal was made, as the wire has it. */
import { oomDaemons, type ReachedLimit } from '../contract.js';
import type { LimitRecord, SignalRecord } from '../kernel/record.js';
import type { Life } from './life.js';

/** Numbers of setrlimit(2), asm-generic. */
const resources: Readonly<Record<number, ReachedLimit['resource']>> = { 0: 'cpu', 1: 'file-size', 15: 'real-time' };

/** The limit that the signal was made for. */
export function reachedLimit({ reached }: Life, signal: SignalRecord): ReachedLimit | undefined {
  if (reached === undefined || reached.at !== signal.at || reached.signal !== signal.signal) return undefined;
  return limitOf(reached);
}

const sigkill = 9;
const sigterm = 15;

/** A daemon that frees memory ends somebody. */
export function freesMemory(sender: Life, { signal }: SignalRecord): boolean {
  return (signal === sigkill || signal === sigterm) && daemons.has(sender.who.comm);
}

const daemons: ReadonlySet<string> = new Set(oomDaemons);

function limitOf({ resource, soft, hard, cpuTime }: LimitRecord): ReachedLimit | undefined {
  const name = resources[resource];
  if (name === undefined) return undefined;
  const limit: ReachedLimit = { resource: name };
  // What passes 2^53 nobody runs into.
  if (soft !== undefined && soft <= Number.MAX_SAFE_INTEGER) limit.soft = Number(soft);
  if (hard !== undefined && hard <= Number.MAX_SAFE_INTEGER) limit.hard = Number(hard);
  if (cpuTime !== undefined) limit.cpuTime = cpuTime.toString();
  return limit;
}
