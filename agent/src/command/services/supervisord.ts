/** supervisord, through supervisorctl. */
import { agentLimits } from '../../limits.js';
import { success, type Result } from '../../result.js';
import { refuse } from '../refusal.js';
import type { Manager, ServiceState } from './manager.js';
import { runStep } from './run-step.js';

export const supervisord: Manager = {
  async look(service, { tools }) {
    // To supervisorctl that is a word of its own.
    if (service === 'all') return refuse('command/not-allowed', 'supervisord is not told to restart everything.');
    const ran = await tools.run('supervisorctl', ['status', service], agentLimits.serviceLookMs);
    return ran.ok ? readStatus(service, ran.value.output) : ran;
  },
  restart: (service, context) => runStep('supervisorctl', ['restart', service], agentLimits.serviceRestartMs, context),
};

/** `web:app                          RUNNING   pid 123, uptime 0:00:07` */
export function readStatus(service: string, output: string): Result<ServiceState> {
  const line = output.split('\n').find((one) => one.startsWith(`${service} `) || one.endsWith(`:${service}`));
  const [, state, pid] = /^\S+\s+([A-Z]+)(?:\s+pid (\d+))?/.exec(line ?? '') ?? [];
  if (state === undefined) return refuse('command/target-gone', `supervisord has no program ${service}.`);
  const mainPid = pid === undefined ? undefined : Number(pid);
  return success({
    observations: { state, mainPid: mainPid ?? null },
    ...{ mainPid, running: state === 'RUNNING', run: pid },
  });
}
