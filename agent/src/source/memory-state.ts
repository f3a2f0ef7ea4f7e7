/**
 * How much memory there is, host-wide and in one cgroup: /proc/meminfo, /proc/pressure/memory (where the kernel has PSI),
 * memory.current or memory.usage_in_bytes and their limits.
 *
 * For what a daemon did that frees memory. Anybody may call a program like one: so many looks a second and no more.
 */
import { join } from 'node:path';
import type { MemoryState } from '../contract.js';
import type { CgroupMount } from '../kernel/cgroup-mounts.js';
import { parseMeminfo } from '../kernel/meminfo.js';
import { parseStallShares } from '../kernel/stall-shares.js';
import { agentLimits } from '../limits.js';
import { findMemoryMount } from './memory-mount.js';
import { readText } from './proc.js';

export class MemoryStates {
  readonly #now: () => bigint;
  readonly #read: (path: string) => string | undefined;
  #mount: CgroupMount | undefined;
  #second = -1n;
  #looks = 0;

  /** @param now nanoseconds since boot */
  constructor(now: () => bigint, read: (path: string) => string | undefined = readText) {
    this.#now = now;
    this.#read = read;
  }

  /** @see Host.lookAtMemory */
  look(since: bigint, cgroup: string | undefined): MemoryState | undefined {
    const at = this.#now();
    if (at - since > BigInt(agentLimits.memoryLookLateMs) * 1_000_000n || !this.#mayLook(at)) return undefined;
    const amounts = parseMeminfo(this.#read('/proc/meminfo') ?? '');
    const state: MemoryState = { at: at.toString() };
    for (const [field, name] of fields) {
      const amount = amounts.get(name);
      if (amount !== undefined) state[field] = amount;
    }
    const stalled = parseStallShares(this.#read('/proc/pressure/memory') ?? '');
    if (stalled) state.stalled = stalled;
    const ofCgroup = cgroup === undefined ? undefined : this.#lookAtCgroup(cgroup);
    if (ofCgroup) state.cgroup = ofCgroup;
    return state;
  }

  #mayLook(at: bigint): boolean {
    const second = at / 1_000_000_000n;
    if (second !== this.#second) [this.#second, this.#looks] = [second, 0];
    this.#looks += 1;
    return this.#looks <= agentLimits.memoryLooksPerSecondMax;
  }

  /** Undefined for the root, which is the host, and for what is gone or in another hierarchy. */
  #lookAtCgroup(path: string): MemoryState['cgroup'] {
    this.#mount ??= findMemoryMount(this.#read);
    if (this.#mount === undefined || this.#mount.root !== '/' || path === '/') return undefined;
    const directory = join(this.#mount.mountPoint, path);
    const amount = (...names: readonly string[]) =>
      names.map((name) => parseAmount(this.#read(join(directory, name)) ?? '')).find((one) => one !== undefined);
    const usage = amount('memory.current', 'memory.usage_in_bytes');
    if (usage === undefined) return undefined;
    const found: NonNullable<MemoryState['cgroup']> = { path, usage };
    const limit = amount('memory.max', 'memory.limit_in_bytes');
    if (limit !== undefined) found.limit = limit;
    const stalled = parseStallShares(this.#read(join(directory, 'memory.pressure')) ?? '');
    if (stalled) found.stalled = stalled;
    return found;
  }
}

const fields = [
  ['total', 'MemTotal'],
  ['available', 'MemAvailable'],
  ['swapTotal', 'SwapTotal'],
  ['swapFree', 'SwapFree'],
] as const;

/** Version 2 says `max` where there is no limit, version 1 a number that no memory reaches (PAGE_COUNTER_MAX). */
function parseAmount(text: string): number | undefined {
  const amount = /^(\d{1,19})$/m.exec(text)?.[1];
  return amount === undefined || Number(amount) > Number.MAX_SAFE_INTEGER ? undefined : Number(amount);
}
