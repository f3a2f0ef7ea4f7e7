/** A stored plan as the API shows it. */
import type { CommandAction, Target } from '../contract/index.js';
import type { JobRisk, JobTarget } from '../generated/graphql.js';
import type { PlannedTarget } from '../remedy/index.js';
import type { CommandRow } from '../store/job.rows.js';
import { signalName } from '../verdict/index.js';
import type { JobView } from './job.service.js';
import { planOf } from './steps.js';

export interface PlanView {
  readonly digest: string;
  readonly risk: JobRisk;
  readonly warnings: readonly string[];
  readonly targets: readonly JobTarget[];
}

export function planView(job: JobView): PlanView {
  const plan = planOf(job);
  return {
    digest: Buffer.from(job.plan_digest).toString('hex'),
    risk: plan.risk.toUpperCase() as JobRisk,
    warnings: plan.warnings,
    targets: plan.targets.map(targetView),
  };
}

/** Commands as the plan lists their hosts. */
export function inOrderOfPlan(job: JobView, commands: readonly CommandRow[]): CommandRow[] {
  const order = new Map(planOf(job).targets.map(({ host }, index) => [host, index]));
  return commands.toSorted((a, b) => (order.get(a.machine_id) ?? 0) - (order.get(b.machine_id) ?? 0));
}

function targetView({ hostName, bootId, wave, action, steps }: PlannedTarget): JobTarget {
  const process = processOf(action);
  return {
    host: hostName,
    bootId,
    wave,
    manager: action.kind === 'RESTART_SERVICE' ? (action.manager.toUpperCase() as JobTarget['manager'] & string) : null,
    service: action.kind === 'RESTART_SERVICE' ? action.service : null,
    pid: process?.pid ?? null,
    start: process?.start ?? null,
    cgroup: process?.cgroup ?? null,
    signal: action.kind === 'SIGNAL_PROCESS' ? { number: action.signal, name: signalName(action.signal) } : null,
    oomScoreAdj: action.kind === 'SET_OOM_SCORE_ADJ' ? action.oomScoreAdj : null,
    zombies: action.kind === 'KILL_ZOMBIE_PARENT' ? action.zombies.map(({ pid }) => pid) : [],
    steps: [...steps],
  };
}

function processOf(action: CommandAction): Target | null {
  if (action.kind === 'RESTART_SERVICE' || action.kind === 'REBOOT_HOST') return null;
  return action.kind === 'KILL_ZOMBIE_PARENT' ? action.parent : action.process;
}
