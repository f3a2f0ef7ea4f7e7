/** What somebody, or a policy, wants to be done. Whether it may be done, and how, `planJob` says. */
import type { ProcessRef, ServiceManager } from '../contract/index.js';

export interface JobRequest {
  readonly wanted: Wanted;
  /** Machine ids of the hosts: the one that was named, or what a selector came to when it was asked. Frozen from here on. */
  readonly hosts: readonly string[];
  /** How many hosts the requester is ready to have touched. 1 unless said otherwise. */
  readonly maxHosts: number;
  readonly requester: Requester;
  readonly reason: string;
}

/** The action with its parameters and its target on each of the hosts. */
export type Wanted =
  | { readonly action: 'RESTART_SERVICE'; readonly service: WantedService }
  | { readonly action: 'KILL_ZOMBIE_PARENT'; readonly process: WantedProcess }
  | { readonly action: 'SIGNAL_PROCESS'; readonly process: WantedProcess; readonly signal: number }
  | { readonly action: 'RESUME_PROCESS'; readonly process: WantedProcess }
  | { readonly action: 'SET_OOM_SCORE_ADJ'; readonly process: WantedProcess; readonly oomScoreAdj: number }
  | { readonly action: 'REBOOT_HOST' };

/** A service by its name, or whatever service a process belongs to. */
export type WantedService =
  { readonly name: string; readonly manager: ServiceManager | null } | { readonly process: WantedProcess };

/** One life on one boot of one host. Of KILL_ZOMBIE_PARENT the parent. */
export interface WantedProcess {
  readonly bootId: string;
  readonly ref: ProcessRef;
}

export type Requester =
  | { readonly kind: 'person'; readonly name: string }
  /** `armedBy`: who made it act. */
  | { readonly kind: 'policy'; readonly name: string; readonly armedBy: string };

/** The process that was asked for, if one was. */
export function wantedProcess(wanted: Wanted): WantedProcess | null {
  if (wanted.action === 'REBOOT_HOST') return null;
  if (wanted.action !== 'RESTART_SERVICE') return wanted.process;
  return 'process' in wanted.service ? wanted.service.process : null;
}
