/**
 * From the planned target to the process itself: it is held first, and compared then, so that there is no moment at which its
 * pid could become another's.
 */
import type { Target } from '../contract.js';
import { nanosecondsToTicks } from '../kernel/boot-clock.js';
import { parseCgroupPath } from '../kernel/cgroup-path.js';
import { success, type Result } from '../result.js';
import type { Context } from './context.js';
import { mayTouchService, mayTouchUser } from './policy.js';
import { whyProtected, type ProcessFacts } from './protection.js';
import { refuse } from './refusal.js';
import type { OpenProcess } from './system.js';

export interface OpenTarget {
  readonly process: OpenProcess;
  readonly facts: ProcessFacts;
}

/** Whoever gets one closes it. */
export function openTarget(target: Target, context: Context): Result<OpenTarget> {
  const process = context.system.open(target.pid);
  if (process === undefined) return gone(target);
  const checked = check(process, target, context);
  if (!checked.ok) {
    process.close();
    return checked;
  }
  return success({ process, facts: checked.value });
}

function check(process: OpenProcess, target: Target, { system, policy }: Context): Result<ProcessFacts> {
  const facts = process.facts();
  if (facts === undefined || facts.state === 'Z' || facts.state === 'X' || process.hasEnded()) return gone(target);
  const start = system.starts().get(target.pid);
  if (start === undefined) return gone(target);
  // Ticks are coarse, and of the process that is held; the exact start may be read of a younger one.
  if (start !== BigInt(target.start) || facts.startTicks > nanosecondsToTicks(start)) {
    return refuse('command/target-changed', `Pid ${target.pid} is another process by now: ${facts.comm}.`);
  }
  if (target.cgroup !== undefined && bare(target.cgroup) !== bare(facts.cgroup ?? '')) {
    return refuse('command/target-changed', `Pid ${target.pid} is in the cgroup ${facts.cgroup ?? ''} by now.`);
  }
  const why = whyProtected(facts, system.agentLine(), policy.protected);
  if (why !== undefined) return refuse('command/protected', `Pid ${target.pid} (${facts.comm}) is protected: ${why}.`);
  const service = mayTouchService(policy, parseCgroupPath(facts.cgroup ?? '').unit);
  if (!service.ok) return service;
  const user = mayTouchUser(policy, facts.uid, system.nameOfUser(facts.uid));
  return user.ok ? success(facts) : user;
}

/** Again, right before what cannot be taken back: a process can become protected. */
export function stillUnprotected({ process }: OpenTarget, { system, policy }: Context): boolean {
  const facts = process.facts();
  return facts === undefined || whyProtected(facts, system.agentLine(), policy.protected) === undefined;
}

function gone({ pid }: Target) {
  return refuse('command/target-gone', `Pid ${pid} has ended.`);
}

function bare(cgroup: string): string {
  return cgroup.replace(/ \(deleted\)$/, '');
}
