/** SET_OOM_SCORE_ADJ, proc_pid_oom_score_adj(5), through the process's own directory: never another one's. */
import type { CommandAction, Observations } from '../../contract.js';
import { success, type Result } from '../../result.js';
import type { Context } from '../context.js';
import { openTarget, type OpenTarget } from '../open-target.js';
import type { Outcome, Prepared } from '../outcome.js';

type Action = Extract<CommandAction, { kind: 'SET_OOM_SCORE_ADJ' }>;

export function prepareSetOomScoreAdj({ process, oomScoreAdj }: Action, context: Context): Result<Prepared> {
  const opened = openTarget(process, context);
  if (!opened.ok) return opened;
  const target = opened.value;
  return success({
    before: observe(target),
    act: () => Promise.resolve(act(target, oomScoreAdj, context)),
    close: () => target.process.close(),
  });
}

function act(target: OpenTarget, value: number, { steps }: Context): Outcome {
  const { process } = target;
  const error = process.setOomScoreAdj(value);
  steps.add(`oom_score_adj of pid ${process.pid} to ${value}${error === 0 ? '' : ` (errno ${error})`}`, error === 0);
  const after = observe(target);
  if (after['oomScoreAdj'] === value)
    return { state: 'SUCCEEDED', detail: `oom_score_adj of pid ${process.pid} is ${value}.`, after, actors: [] };
  const code = after['oomScoreAdj'] === null ? 'command/target-gone' : 'command/not-permitted';
  const detail = `oom_score_adj of pid ${process.pid} could not be set: errno ${error}.`;
  return { state: 'FAILED', code, detail, after, actors: [] };
}

function observe({ process }: OpenTarget): Observations {
  return { oomScoreAdj: process.facts()?.oomScoreAdj ?? null };
}
