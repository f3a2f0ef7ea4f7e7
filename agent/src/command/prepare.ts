/** What each kind of action begins with: a refusal, or something that can be done. */
import type { CommandAction } from '../contract.js';
import type { Result } from '../result.js';
import { prepareKillZombieParent } from './actions/kill-zombie-parent.js';
import { prepareRebootHost } from './actions/reboot-host.js';
import { prepareRestartService } from './actions/restart-service.js';
import { prepareResumeProcess } from './actions/resume-process.js';
import { prepareSetOomScoreAdj } from './actions/set-oom-score-adj.js';
import { prepareSignalProcess } from './actions/signal-process.js';
import type { Context } from './context.js';
import type { Prepared } from './outcome.js';
import { mayDo } from './policy.js';

export async function prepare(action: CommandAction, context: Context): Promise<Result<Prepared>> {
  const allowed = mayDo(context.policy, action.kind);
  if (!allowed.ok) return allowed;
  switch (action.kind) {
    case 'RESTART_SERVICE':
      return prepareRestartService(action, context);
    case 'KILL_ZOMBIE_PARENT':
      return prepareKillZombieParent(action, context);
    case 'SIGNAL_PROCESS':
      return prepareSignalProcess(action, context);
    case 'RESUME_PROCESS':
      return prepareResumeProcess(action, context);
    case 'SET_OOM_SCORE_ADJ':
      return prepareSetOomScoreAdj(action, context);
    case 'REBOOT_HOST':
      return prepareRebootHost(context);
  }
}
