/** A death with all that a line of an export says about it. Each format renders this one shape. */
import type { ActorKind, Cause } from '../../verdict/index.js';
import type { DeathRow, HostRow, ProcessRow } from '../../store/rows.js';
import type { Loaders } from '../loaders.js';
import { verdictOf, type VerdictView } from '../verdict.view.js';

export interface ExportedDeath {
  readonly death: DeathRow;
  readonly host: HostRow;
  /** Null: its start was never seen. */
  readonly process: ProcessRow | null;
  readonly verdict: VerdictView;
  readonly actor: { readonly kind: ActorKind; readonly process: ProcessRow | null };
}

/** In the order of the deaths, in a fixed number of statements. */
export async function exportedDeaths(deaths: readonly DeathRow[], loaders: Loaders): Promise<ExportedDeath[]> {
  return Promise.all(
    deaths.map(async (death) => {
      const [host, process, verdict] = await Promise.all([
        loaders.host.load(death.host_id),
        loaders.process.load(death),
        verdictOf(death, loaders),
      ]);
      if (!host) throw new Error(`The host ${death.host_id} of a death is gone.`);
      const { kind, moment } = verdict.actor;
      return { death, host, process, verdict, actor: { kind, process: moment && (await loaders.actor.load(moment)) } };
    }),
  );
}

/** How much a death is worth to whoever looks through many. */
export type Weight = 'wanted' | 'noticed' | 'failed' | 'unknown';

const weights: Readonly<Record<Cause, Weight>> = {
  EXITED: 'wanted',
  SERVICE_STOP: 'wanted',
  CONTAINER_STOP: 'wanted',
  SHUTDOWN: 'wanted',
  REMEDIATION: 'wanted',
  KEYBOARD: 'wanted',
  HANGUP: 'noticed',
  BROKEN_PIPE: 'noticed',
  TIMER: 'noticed',
  PARENT_DEATH: 'noticed',
  NAMESPACE_TEARDOWN: 'noticed',
  CGROUP_KILL: 'noticed',
  SIGNALED: 'noticed',
  SERVICE_STOP_TIMEOUT: 'failed',
  FAILED: 'failed',
  CRASHED: 'failed',
  ABORTED: 'failed',
  OOM_GLOBAL: 'failed',
  OOM_CGROUP: 'failed',
  OOM_USERSPACE: 'failed',
  RESOURCE_LIMIT: 'failed',
  SECCOMP: 'failed',
  WATCHDOG: 'failed',
  UNKNOWN: 'unknown',
};

export function weightOf({ verdict }: ExportedDeath): Weight {
  return weights[verdict.cause];
}

/** Nanoseconds since 1970. */
export function diedNs({ death }: ExportedDeath): bigint {
  return BigInt(death.booted_at.getTime()) * 1_000_000n + death.died_ns;
}

/** Without what is null, so that no format says "null" where its schema says "absent". */
export function present<T extends object>(fields: T): Partial<{ [K in keyof T]: NonNullable<T[K]> }> {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== null && value !== undefined),
  ) as Partial<{ [K in keyof T]: NonNullable<T[K]> }>;
}

/** The last component of the executable's path, or the kernel's short name. */
export function nameOf({ exe, comm }: ProcessRow): string {
  return exe?.split('/').at(-1) || comm;
}
