/**
 * SIGNAL_PROCESS. Done when the kernel took the signal; SIGKILL when the process is gone, SIGSTOP when it is stopped.
 * What waits in the kernel without end cannot be killed: then the answer is where it waits.
 */
import type { Observations } from '../../contract.js';
import { agentLimits } from '../../limits.js';
import { success, type Result } from '../../result.js';
import type { CommandAction } from '../../contract.js';
import type { Context } from '../context.js';
import { openTarget, type OpenTarget } from '../open-target.js';
import type { Outcome, Prepared } from '../outcome.js';
import { agentAsActor, noSuchProcess, send } from './send.js';
import { signalName, signals } from './signal-names.js';
import { until } from './until.js';

type Action = Extract<CommandAction, { kind: 'SIGNAL_PROCESS' }>;

export function prepareSignalProcess({ process, signal }: Action, context: Context): Result<Prepared> {
  const opened = openTarget(process, context);
  if (!opened.ok) return opened;
  const target = opened.value;
  return success({
    before: observe(target),
    act: () => act(target, signal, context),
    close: () => target.process.close(),
  });
}

async function act(target: OpenTarget, signal: number, context: Context): Promise<Outcome> {
  const { system } = context;
  const { process } = target;
  const error = send(signal, target, context);
  const actors = agentAsActor(context);
  if (error !== 0) {
    const code = error === noSuchProcess ? 'command/target-gone' : 'command/not-permitted';
    const detail = error === noSuchProcess ? 'It ended before the signal came.' : `The kernel refused: errno ${error}.`;
    return { state: 'FAILED', code, detail, after: observe(target), actors };
  }
  const waitMs = signal === signals.kill ? agentLimits.killedWaitMs : agentLimits.terminatedWaitMs;
  const isStop = signal === signals.stop;
  const isOver = () => process.hasEnded() || (isStop && process.facts()?.state === 'T');
  if (canEnd(signal)) await until(system, waitMs, isOver);
  const after = observe(target);
  const said = `${signalName(signal)} was sent to pid ${process.pid}`;
  if (signal === signals.kill && !process.hasEnded()) return { ...whyNotKilled(target, said), after, actors };
  if (isStop && after['state'] !== 'T' && after['alive'] === true)
    return { state: 'FAILED', code: 'command/no-effect', detail: `${said}, which is not stopped.`, after, actors };
  const detail = after['alive'] === true ? `${said}, which lives on.` : `${said}, which has ended.`;
  return { state: 'SUCCEEDED', detail, after, actors };
}

/** Others are mostly caught, and nobody waits for what they do. */
const endings: ReadonlySet<number> = new Set([1, 2, 3, 6, signals.kill, 11, signals.term, signals.stop]);

function canEnd(signal: number): boolean {
  return endings.has(signal);
}

function whyNotKilled({ process }: OpenTarget, said: string) {
  const state = process.facts()?.state;
  const where = process.waitChannel();
  if (state !== 'D')
    return { state: 'FAILED', code: 'command/no-effect', detail: `${said}, which is still there.` } as const;
  const detail = `${said}, which waits in the kernel${where === undefined ? '' : ` (${where})`} and ends when that does.`;
  return { state: 'FAILED', code: 'command/uninterruptible', detail } as const;
}

export function observe({ process }: OpenTarget): Observations {
  const facts = process.facts();
  const alive = facts !== undefined && !process.hasEnded();
  return { alive, state: alive ? facts.state : null, ...(alive && { comm: facts.comm }) };
}
