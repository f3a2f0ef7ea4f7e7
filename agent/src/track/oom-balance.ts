/**
 * Compares the kernel's counts of OOM kills with the reports that were read, and says what is missing. Pure.
 *
 * The host's count says whether, the cgroups' own counts where. A count is raised before the line is printed, and read
 * after it: only what is missing at two checks in a row is missing. Cgroups are known by an earlier look at them; what
 * happened in others is missing without a cgroup.
 */
export interface MissingKills {
  readonly count: number;
  readonly cgroup?: string;
}

export type CountOfCgroup = (path: string) => { readonly path: string; readonly kills: number } | undefined;

export class OomBalance {
  /** Kills that are told, or said to be missing. */
  #accounted: number | undefined;
  #missingBefore = 0;
  readonly #cgroups = new Map<string, { kills: number }>();

  /** `accounted`: what an earlier agent of this boot had accounted for. */
  constructor(accounted: number | undefined) {
    this.#accounted = accounted;
  }

  get accounted(): number | undefined {
    return this.#accounted;
  }

  /** What was told before we began to count: everything so far is accounted for. */
  begin(ofHost: number | undefined): void {
    this.#accounted ??= ofHost;
  }

  told(kills: number, victimCgroup: string | undefined): void {
    if (this.#accounted !== undefined) this.#accounted += kills;
    const cgroup = victimCgroup === undefined ? undefined : this.#cgroups.get(victimCgroup);
    if (cgroup) cgroup.kills += kills;
  }

  /** Looks at the cgroups that are in use; those that are not any longer are forgotten. */
  look(paths: Iterable<string>, ofCgroup: CountOfCgroup, max: number): void {
    const seen = new Map<string, { kills: number }>();
    for (const path of paths) {
      if (seen.size >= max) break;
      const count = ofCgroup(path);
      if (count && !seen.has(count.path)) seen.set(count.path, this.#cgroups.get(count.path) ?? { kills: count.kills });
    }
    this.#cgroups.clear();
    for (const [path, count] of seen) this.#cgroups.set(path, count);
  }

  check(ofHost: number | undefined, ofCgroup: CountOfCgroup): readonly MissingKills[] {
    if (ofHost === undefined || this.#accounted === undefined) return [];
    // A kill that the kernel prints but does not count cannot hide another one.
    if (ofHost < this.#accounted) this.#accounted = ofHost;
    const missing = ofHost - this.#accounted;
    const certain = Math.min(missing, this.#missingBefore);
    this.#missingBefore = missing - certain;
    this.#accounted += certain;
    return certain === 0 ? [] : this.#place(certain, ofCgroup);
  }

  #place(count: number, ofCgroup: CountOfCgroup): readonly MissingKills[] {
    const found: MissingKills[] = [];
    let rest = count;
    for (const [path, known] of this.#cgroups) {
      const now = ofCgroup(path);
      if (now === undefined || now.path !== path) continue;
      const here = Math.min(now.kills - known.kills, rest);
      known.kills = Math.max(known.kills, now.kills);
      if (here <= 0) continue;
      rest -= here;
      found.push({ count: here, cgroup: path });
    }
    if (rest > 0) found.push({ count: rest });
    return found;
  }
}
