/** What else was so when a signal was made, as the wire has it → facts, pure. */
import type { MemoryState, ReachedLimit } from '../contract/index.js';
import type { LimitFacts, MemoryFacts, StalledFacts } from '../verdict/index.js';

export function limitFacts({ resource, soft, hard, cpuTime }: ReachedLimit): LimitFacts {
  return { resource, soft: soft ?? null, hard: hard ?? null, cpuTime: cpuTime === undefined ? null : BigInt(cpuTime) };
}

export function memoryFacts({ cgroup, ...host }: MemoryState): MemoryFacts {
  return {
    at: BigInt(host.at),
    total: host.total ?? null,
    available: host.available ?? null,
    swapTotal: host.swapTotal ?? null,
    swapFree: host.swapFree ?? null,
    stalled: stalledFacts(host.stalled),
    cgroup: cgroup
      ? { path: cgroup.path, usage: cgroup.usage, limit: cgroup.limit ?? null, stalled: stalledFacts(cgroup.stalled) }
      : null,
  };
}

function stalledFacts(stalled: MemoryState['stalled']): StalledFacts | null {
  return stalled ? { some: stalled.some, full: stalled.full ?? null } : null;
}
