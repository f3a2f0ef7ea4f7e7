/** Containers, through Docker's API on the engine's own socket (docs.docker.com/reference/api/engine); podman speaks it too. */
import { limits } from '../../contract.js';
import { agentLimits } from '../../limits.js';
import { success, type Result } from '../../result.js';
import { refuse } from '../refusal.js';
import type { Engine, EngineReply } from '../tools.js';
import type { Manager, ServiceState } from './manager.js';

/** Seconds from SIGTERM to SIGKILL. */
const graceSeconds = 10;

export function containersOf(engine: Engine): Manager {
  return {
    async look(service, { tools }) {
      const path = `/containers/${encodeURIComponent(service)}/json`;
      const reply = await tools.ask(engine, 'GET', path, agentLimits.serviceLookMs);
      return reply.ok ? readContainer(engine, service, reply.value) : reply;
    },
    async restart(service, { tools, steps }) {
      const path = `/containers/${encodeURIComponent(service)}/restart?t=${graceSeconds}`;
      const reply = await tools.ask(engine, 'POST', path, agentLimits.serviceRestartMs);
      const said = reply.ok
        ? `status ${reply.value.status} ${messageOf(reply.value)}`.trimEnd()
        : reply.failure.sentence;
      const ok = reply.ok && reply.value.status === 204;
      steps.add(`${engine}: POST ${path}: ${said}`, ok);
      return { ok, said, actors: [] };
    },
  };
}

export function readContainer(engine: Engine, service: string, { status, body }: EngineReply): Result<ServiceState> {
  if (status === 404) return refuse('command/target-gone', `${engine} has no container ${service}.`);
  const { Id, State, RestartCount } = (body ?? {}) as { Id?: unknown; State?: Fields | null; RestartCount?: unknown };
  if (status !== 200 || typeof State !== 'object' || State === null)
    return refuse('command/not-possible', `${engine} does not say how ${service} is: status ${status}.`);
  const { Status, Pid, StartedAt, Running } = State;
  const mainPid = typeof Pid === 'number' && Pid > 0 ? Pid : undefined;
  return success({
    observations: {
      container: short(Id),
      state: short(Status),
      startedAt: short(StartedAt),
      mainPid: mainPid ?? null,
      restarts: typeof RestartCount === 'number' ? RestartCount : 0,
    },
    ...{ mainPid, running: Running === true, run: short(StartedAt) ?? undefined },
  });
}

type Fields = Readonly<Record<string, unknown>>;

function short(value: unknown): string | null {
  return typeof value === 'string' ? value.slice(0, limits.nameCharactersMax) : null;
}

function messageOf({ body }: EngineReply): string {
  const message = (body as { message?: unknown; cause?: unknown } | null | undefined)?.message;
  return typeof message === 'string' ? message.slice(0, 300) : '';
}
