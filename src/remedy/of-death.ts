/**
 * What a restart would do about a death. A dead process is beyond any other remedy, and what is no service of systemd has
 * nobody here who could start it again.
 */
import { plainOrQuoted, type Cause, type Restart } from '../verdict/index.js';
import type { Remedy } from './remedy.js';

export interface DeathToRemedy {
  readonly cause: Cause;
  readonly unit: string | null;
  readonly restart: Pick<Restart, 'life' | 'isLoop'> | null;
}

export function remediesOfDeath({ cause, unit, restart }: DeathToRemedy): readonly Remedy[] {
  if (unit === null || !unit.endsWith('.service')) return [];
  const name = plainOrQuoted(unit);
  const against = restart === null ? reasonsAgainst[cause] : restartedAlready(restart);
  const reason = against?.(name) ?? (reasonsFor[cause] ?? bringsBack)(name);
  return [{ action: 'RESTART_SERVICE', unit, process: null, advised: against === undefined, reason }];
}

type Reason = (unit: string) => string;
type Reasons = Readonly<Partial<Record<Cause, Reason>>>;

const bringsBack: Reason = (unit) => `A restart of ${unit} brings it back.`;
const faultStays: Reason = (unit) => `A restart of ${unit} brings it back, but does not mend what ended it.`;

function restartedAlready({ life, isLoop }: NonNullable<DeathToRemedy['restart']>): Reason {
  const loop = isLoop ? ', again and again: look at why it ends' : '';
  return (unit) => `${unit} was started again already, as pid ${life.process.ref.pid}${loop}.`;
}

const reasonsAgainst: Reasons = {
  EXITED: (unit) => `It ended with success, so ${unit} may have done what it was to do.`,
  SERVICE_STOP: (unit) => `${unit} was stopped on purpose: start it if that was not meant.`,
  SERVICE_STOP_TIMEOUT: (unit) => `${unit} was stopped on purpose: start it if that was not meant.`,
  SHUTDOWN: (unit) => `The host was going down: ${unit} starts with it where it is enabled.`,
  REMEDIATION: (unit) => `A job of ours ended it: see what became of ${unit} there first.`,
};

const reasonsFor: Reasons = {
  CRASHED: faultStays,
  ABORTED: faultStays,
  SECCOMP: faultStays,
  RESOURCE_LIMIT: faultStays,
  OOM_CGROUP: (unit) =>
    `A restart of ${unit} brings it back, and it will meet the same limit: raise MemoryMax= or find what needs the memory.`,
  OOM_GLOBAL: (unit) =>
    `A restart of ${unit} brings it back, on a host that has run out of memory: OOMScoreAdjust= would spare it at the cost of others.`,
};
