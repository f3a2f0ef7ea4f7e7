/** One signal to a process that is held, as a step. */
import type { Context } from '../context.js';
import type { OpenTarget } from '../open-target.js';
import { signalName } from './signal-names.js';

/** 0 or an errno. */
export function send(signal: number, { process }: OpenTarget, { steps }: Context): number {
  const error = process.signal(signal);
  const failed = error === 0 ? '' : ` (errno ${error})`;
  steps.add(`${signalName(signal)} to pid ${process.pid}${failed}`, error === 0);
  return error;
}

/** The agent is who sent it. */
export function agentAsActor({ system }: Context) {
  const agent = system.agent();
  return agent === undefined ? [] : [agent];
}

export const noSuchProcess = 3;
