/**
 * All guards, in the order in which their objections are told: whether the job may be at all, whether its target is what was
 * meant, whether that may be touched, whether it makes sense, and whether it comes too often. All of them are asked.
 */
import type { TargetFacts } from '../job-facts.js';
import type { Objection } from '../objection.js';
import { serviceOf } from '../service.js';
import type { Guard, JobContext, TargetContext } from './guard.js';
import { jobGuards } from './job.js';
import { paceGuards } from './pace.js';
import { protectedGuards } from './protected.js';
import { stateGuards, targetGuards } from './target.js';

export const guardsOfTarget: readonly Guard<TargetContext>[] = [
  ...targetGuards,
  ...protectedGuards,
  ...stateGuards,
  ...paceGuards,
];

export const guardCodes: readonly string[] = [...jobGuards, ...guardsOfTarget].map(({ code }) => code);

export function objectionsTo(context: JobContext): readonly Objection[] {
  const toTargets = context.facts.targets.flatMap((target) => {
    const service = serviceOfTarget(context, target);
    // To a reboot it does not matter which process made somebody think of it.
    const process = context.request.wanted.action === 'REBOOT_HOST' ? null : target.process;
    return ask(guardsOfTarget, { ...context, target: { ...target, process }, service }, target.host.id);
  });
  return [...ask(jobGuards, context, null), ...toTargets];
}

export function serviceOfTarget({ request: { wanted } }: JobContext, target: TargetFacts): TargetContext['service'] {
  return wanted.action === 'RESTART_SERVICE' ? serviceOf(wanted.service, target) : null;
}

function ask<Context>(guards: readonly Guard<Context>[], context: Context, host: string | null): readonly Objection[] {
  return guards.flatMap(({ code, escalate = false, objects }) => {
    const text = objects(context);
    return text === null ? [] : [{ code, host, text, escalate }];
  });
}
