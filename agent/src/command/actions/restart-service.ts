/** RESTART_SERVICE: asked of whoever manages it. Done when it runs, and is another run of it than before. */
import type { CommandAction, ServiceManager } from '../../contract.js';
import { parseCgroupPath } from '../../kernel/cgroup-path.js';
import { success, type Result } from '../../result.js';
import type { Context } from '../context.js';
import type { Outcome, Prepared } from '../outcome.js';
import { mayTouchService } from '../policy.js';
import { whyProtected, whyServiceProtected, type ProcessFacts } from '../protection.js';
import { refuse } from '../refusal.js';
import { containersOf } from '../services/containers.js';
import type { Manager, ServiceState } from '../services/manager.js';
import { supervisord } from '../services/supervisord.js';
import { systemd } from '../services/systemd.js';
import { sysvinit } from '../services/sysvinit.js';
import type { System } from '../system.js';

type Action = Extract<CommandAction, { kind: 'RESTART_SERVICE' }>;

const managers = {
  systemd,
  sysvinit,
  supervisord,
  docker: containersOf('docker'),
  podman: containersOf('podman'),
} satisfies Record<ServiceManager, Manager>;

export async function prepareRestartService(action: Action, context: Context): Promise<Result<Prepared>> {
  const { service, manager } = action;
  const allowed = mayTouchService(context.policy, service);
  if (!allowed.ok) return allowed;
  const why = whyServiceProtected(service);
  if (why !== undefined) return refuse('command/protected', `The service ${service} is protected: ${why}.`);
  const before = await managers[manager].look(service, context);
  if (!before.ok) return before;
  const unprotected = checkMain(service, before.value, context);
  if (!unprotected.ok) return unprotected;
  return success({
    before: before.value.observations,
    act: () => act(action, before.value, context),
    close: () => undefined,
  });
}

/** A service is as protected as its main process; and the agent's own would take the agent along. */
function checkMain(service: string, { mainPid }: ServiceState, { system, policy }: Context): Result<undefined> {
  const main = factsOf(mainPid, system);
  const own = factsOf(system.agent()?.pid, system);
  const isOwn =
    parseCgroupPath(own?.cgroup ?? '').unit?.replace(/\.service$/, '') === service.replace(/\.service$/, '');
  const why = main && whyProtected(main, system.agentLine(), policy.protected);
  if (isOwn) return refuse('command/protected', `The service ${service} is protected: the agent runs in it.`);
  if (why === undefined) return success(undefined);
  return refuse('command/protected', `The service ${service} is protected: ${why} (pid ${mainPid}).`);
}

function factsOf(pid: number | undefined, system: System): ProcessFacts | undefined {
  const held = pid === undefined ? undefined : system.open(pid);
  const facts = held?.facts();
  held?.close();
  return facts;
}

async function act({ service, manager }: Action, before: ServiceState, context: Context): Promise<Outcome> {
  const { ok, said, actors } = await managers[manager].restart(service, context);
  const looked = await managers[manager].look(service, context);
  if (!looked.ok) {
    const detail = `${service} was asked to restart (${said}), and nobody says how it is: ${looked.failure.sentence}`;
    return { state: 'FAILED', code: 'command/no-effect', detail, after: {}, actors };
  }
  const { observations: after, running, run } = looked.value;
  const isSame = run !== undefined && run === before.run;
  if (!ok || running === false || isSame) {
    const how = !ok ? said : isSame ? 'it is the same run of it as before' : 'it does not run';
    return { state: 'FAILED', code: 'command/no-effect', detail: `${service} did not restart: ${how}.`, after, actors };
  }
  return { state: 'SUCCEEDED', detail: `${service} was restarted.`, after, actors };
}
