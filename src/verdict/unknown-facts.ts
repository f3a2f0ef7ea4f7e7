/** Facts of which nothing more is known than what is given. */
import type { DeathFacts, ProcessFacts } from './facts.js';

export function unknownProcess(ref: ProcessFacts['ref'], known: Partial<ProcessFacts> = {}): ProcessFacts {
  return {
    ref,
    comm: '',
    exe: null,
    args: [],
    argsCut: false,
    uid: null,
    userName: null,
    login: null,
    tty: null,
    unit: null,
    container: null,
    cgroup: null,
    kernelThread: false,
    ended: null,
    ancestry: [],
    ...known,
  };
}

export function unknownDeath(known: Pick<DeathFacts, 'victim' | 'at'> & Partial<DeathFacts>): DeathFacts {
  return {
    code: null,
    signal: null,
    coreDumped: false,
    signals: [],
    sameShot: null,
    oomKillAt: null,
    oomReport: null,
    coreDump: null,
    kernelLog: [],
    command: null,
    requests: [],
    reconstructed: false,
    losses: [],
    rung: null,
    ...known,
  };
}
