/** The command for one target: the contract's action, with its target frozen. */
import { limits as wire, type CommandAction, type ProcessRef, type Target } from '../contract/index.js';
import type { TargetFacts, ZombieFacts } from './job-facts.js';
import type { Wanted } from './request.js';
import type { Service } from './service.js';

/** Null where the target is not known; guards say so. */
export function commandAction(
  wanted: Wanted,
  target: TargetFacts,
  service: Service | string | null,
): CommandAction | null {
  if (wanted.action === 'REBOOT_HOST') return { kind: 'REBOOT_HOST' };
  if (wanted.action === 'RESTART_SERVICE') {
    if (service === null || typeof service === 'string') return null;
    return { kind: 'RESTART_SERVICE', manager: service.manager, service: service.name };
  }
  return target.process === null ? null : onProcess(wanted, frozen(target.process), target);
}

type OnProcess = Exclude<Wanted, { action: 'REBOOT_HOST' } | { action: 'RESTART_SERVICE' }>;

function onProcess(wanted: OnProcess, process: Target, target: TargetFacts): CommandAction {
  switch (wanted.action) {
    case 'KILL_ZOMBIE_PARENT':
      return { kind: wanted.action, parent: process, zombies: zombiesOf(target).map(frozen) };
    case 'SIGNAL_PROCESS':
      return { kind: wanted.action, process, signal: wanted.signal };
    case 'RESUME_PROCESS':
      return { kind: wanted.action, process };
    case 'SET_OOM_SCORE_ADJ':
      return { kind: wanted.action, process, oomScoreAdj: wanted.oomScoreAdj };
  }
}

/** Its own only: of another's the killing of this process would not get rid. */
export function zombiesOf({ process, zombies }: TargetFacts): readonly ZombieFacts[] {
  if (process === null) return [];
  const isParent = (parent: ProcessRef) => parent.pid === process.ref.pid && parent.start === process.ref.start;
  return zombies.filter(({ parent }) => parent !== null && isParent(parent)).slice(0, wire.zombiesMax);
}

function frozen({ ref, cgroup }: { readonly ref: ProcessRef; readonly cgroup: string | null }): Target {
  return { pid: ref.pid, start: ref.start, ...(cgroup !== null && { cgroup }) };
}
