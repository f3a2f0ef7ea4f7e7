/** Scripts of /etc/init.d, through service(8), which runs them without the agent's environment. */
import { agentLimits } from '../../limits.js';
import { success } from '../../result.js';
import { refuse } from '../refusal.js';
import type { Manager } from './manager.js';
import { runStep } from './run-step.js';

/** LSB init scripts, `status`: what else there is means that nobody knows. */
const running: Readonly<Record<number, boolean>> = { 0: true, 1: false, 2: false, 3: false };

export const sysvinit: Manager = {
  async look(service, { tools }) {
    // run-parts' names: what has another character in it could mean something else to a script.
    if (!/^[A-Za-z0-9_][A-Za-z0-9_.-]*$/.test(service) || !tools.hasInitScript(service))
      return refuse('command/target-gone', `There is no script /etc/init.d/${service} of root's.`);
    const ran = await tools.run('service', [service, 'status'], agentLimits.serviceLookMs);
    if (!ran.ok) return ran;
    const status = ran.value.exitCode ?? null;
    const mainPid = tools.readPidFile(service);
    const isRunning = status === null ? undefined : running[status];
    return success({
      observations: { status, running: isRunning ?? null, mainPid: mainPid ?? null },
      ...{ mainPid, running: isRunning, run: mainPid?.toString() },
    });
  },
  restart: (service, context) => runStep('service', [service, 'restart'], agentLimits.serviceRestartMs, context),
};
