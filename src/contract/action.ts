/**
 * What an agent can be asked to do: a closed list of typed actions, each on a target that was frozen when the job was
 * planned. There is no "run this".
 */
import { z } from 'zod';
import { BootNanoseconds, pid, text } from './fields.js';
import { limits } from './limits.js';

/**
 * One life, as it was when the job was planned. The agent acts only if the process is still this one: same pid, same
 * start, and, where the plan knew it, same cgroup path.
 */
export const Target = z.object({
  pid: pid.min(1),
  start: BootNanoseconds,
  cgroup: text(limits.pathCharactersMax).optional(),
});

/** Who starts and stops services: systemd, sysvinit's `service`, Docker's or podman's API, supervisord. */
export const serviceManagers = ['systemd', 'sysvinit', 'docker', 'podman', 'supervisord'] as const;

/** Unit, script, container id or name, program; never a path or an option. */
export const ServiceName = text(limits.nameCharactersMax).regex(/^[A-Za-z0-9_@][A-Za-z0-9_@:.\\-]*$/);

const restartService = z.object({
  kind: z.literal('RESTART_SERVICE'),
  manager: z.enum(serviceManagers),
  service: ServiceName,
});

const killZombieParent = z.object({
  kind: z.literal('KILL_ZOMBIE_PARENT'),
  parent: Target,
  /** Whether it worked is whether these are gone. */
  zombies: z.array(Target).min(1).max(limits.zombiesMax),
});

const signalProcess = z.object({
  kind: z.literal('SIGNAL_PROCESS'),
  process: Target,
  signal: z.int().min(1).max(64),
});

const resumeProcess = z.object({ kind: z.literal('RESUME_PROCESS'), process: Target });

const setOomScoreAdj = z.object({
  kind: z.literal('SET_OOM_SCORE_ADJ'),
  process: Target,
  oomScoreAdj: z.int().min(-1000).max(1000),
});

const rebootHost = z.object({ kind: z.literal('REBOOT_HOST') });

export const CommandAction = z.discriminatedUnion('kind', [
  restartService,
  killZombieParent,
  signalProcess,
  resumeProcess,
  setOomScoreAdj,
  rebootHost,
]);

export type Target = z.infer<typeof Target>;
export type ServiceManager = (typeof serviceManagers)[number];
export type CommandAction = z.infer<typeof CommandAction>;
