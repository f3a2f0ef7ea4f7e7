/**
 * Whether the agent takes more of the host than it may: pure, fed with what it used so far.
 *
 * As osquery's watchdog: memory must be above its limit in a few looks in a row (a garbage collection may be due), the
 * processors for a whole window (a backlog that is worked off is no fault).
 */
export interface Use {
  readonly atMs: number;
  readonly residentBytes: number;
  /** User and system time since the start. */
  readonly cpuMs: number;
}

export interface UseLimits {
  /** 0: none. */
  readonly memoryMaxMib: number;
  /** Of one core. 0: none. */
  readonly cpuMaxPercent: number;
}

const memoryLooks = 3;
const cpuWindowMs = 60_000;
const mebibyte = 1024 * 1024;

export class Overuse {
  readonly #limits: UseLimits;
  /** Oldest first; the first is as old as the window. */
  #uses: Use[] = [];
  #aboveMemory = 0;

  constructor(limits: UseLimits) {
    this.#limits = limits;
  }

  /** A sentence once a limit is passed for good. */
  judge(use: Use): string | undefined {
    return this.#judgeMemory(use) ?? this.#judgeCpu(use);
  }

  #judgeMemory({ residentBytes }: Use): string | undefined {
    const { memoryMaxMib } = this.#limits;
    const above = memoryMaxMib > 0 && residentBytes > memoryMaxMib * mebibyte;
    this.#aboveMemory = above ? this.#aboveMemory + 1 : 0;
    if (this.#aboveMemory < memoryLooks) return undefined;
    return `The agent holds ${Math.round(residentBytes / mebibyte)} MiB of memory, more than its ${memoryMaxMib} MiB.`;
  }

  #judgeCpu(use: Use): string | undefined {
    const { cpuMaxPercent } = this.#limits;
    this.#uses.push(use);
    while (this.#uses.length > 1 && use.atMs - (this.#uses[1]?.atMs ?? 0) >= cpuWindowMs) this.#uses.shift();
    const first = this.#uses[0] ?? use;
    const elapsedMs = use.atMs - first.atMs;
    if (cpuMaxPercent === 0 || elapsedMs < cpuWindowMs) return undefined;
    const percent = ((use.cpuMs - first.cpuMs) / elapsedMs) * 100;
    if (percent <= cpuMaxPercent) return undefined;
    return `The agent took ${Math.round(percent)} % of a core for a minute, more than its ${cpuMaxPercent} %.`;
  }
}
