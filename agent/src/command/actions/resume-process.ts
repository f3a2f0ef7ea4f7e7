/** RESUME_PROCESS: SIGCONT, and a look whether it runs. A debugger, or a frozen cgroup, holds on whatever is sent. */
import type { CommandAction } from '../../contract.js';
import { agentLimits } from '../../limits.js';
import { success, type Result } from '../../result.js';
import type { Context } from '../context.js';
import { openTarget, type OpenTarget } from '../open-target.js';
import type { Outcome, Prepared } from '../outcome.js';
import { agentAsActor, noSuchProcess, send } from './send.js';
import { signals } from './signal-names.js';
import { observe } from './signal-process.js';
import { until } from './until.js';

type Action = Extract<CommandAction, { kind: 'RESUME_PROCESS' }>;

export function prepareResumeProcess({ process }: Action, context: Context): Result<Prepared> {
  const opened = openTarget(process, context);
  if (!opened.ok) return opened;
  const target = opened.value;
  return success({
    before: observe(target),
    act: () => act(target, context),
    close: () => target.process.close(),
  });
}

async function act(target: OpenTarget, context: Context): Promise<Outcome> {
  const { process } = target;
  const isHalted = () => /^[Tt]$/.test(process.facts()?.state ?? '');
  const error = send(signals.cont, target, context);
  const runs = error === 0 && (await until(context.system, agentLimits.resumedWaitMs, () => !isHalted()));
  const result = { after: observe(target), actors: agentAsActor(context) };
  if (error === noSuchProcess)
    return { state: 'FAILED', code: 'command/target-gone', detail: 'It ended before the signal came.', ...result };
  if (!runs) {
    const detail = `Pid ${process.pid} is still halted: a debugger holds it, or it was stopped anew.`;
    return { state: 'FAILED', code: 'command/no-effect', detail, ...result };
  }
  return { state: 'SUCCEEDED', detail: `Pid ${process.pid} goes on.`, ...result };
}
