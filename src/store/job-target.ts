/** What a command acts on, as a short name: two commands of one host with the same name act on the same thing. */
import type { CommandAction, ProcessRef } from '../contract/index.js';

export function targetOf(action: CommandAction, bootId: string): string {
  if (action.kind === 'REBOOT_HOST') return 'host';
  if (action.kind === 'RESTART_SERVICE') return serviceTarget(action.service);
  return processTarget(bootId, action.kind === 'KILL_ZOMBIE_PARENT' ? action.parent : action.process);
}

/** systemd takes `redis` for `redis.service`. */
export function serviceTarget(name: string): string {
  return `service/${name.replace(/\.service$/, '')}`;
}

/** It acts on one process, and that is not this life. */
export function targetsOther(target: string, { pid, start_ns }: { pid: number; start_ns: bigint }): boolean {
  return target.startsWith('process/') && !target.endsWith(`.${pid}.${start_ns}`);
}

export function processTarget(bootId: string, { pid, start }: ProcessRef): string {
  return `process/${bootId}.${pid}.${start}`;
}
