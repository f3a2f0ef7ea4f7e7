/** Guards of one target: whether it is what was meant, and in a state in which the action makes sense. */
import { CommandAction } from '../../contract/index.js';
import { plainOrQuoted } from '../../verdict/index.js';
import { commandAction, zombiesOf } from '../command-action.js';
import { wantedProcess } from '../request.js';
import { processName } from '../words.js';
import type { Guard, TargetContext } from './guard.js';

export const targetGuards: readonly Guard<TargetContext>[] = [
  { code: 'remedy/boot-unknown', objects: bootUnknown },
  { code: 'remedy/other-boot', objects: otherBoot },
  { code: 'remedy/process-unknown', objects: processUnknown },
  { code: 'remedy/process-ended', objects: processEnded },
  { code: 'remedy/no-service', objects: noService },
  { code: 'remedy/other-service', objects: otherService },
  { code: 'remedy/ambiguous-service', objects: ambiguousService },
];

export const stateGuards: readonly Guard<TargetContext>[] = [
  { code: 'remedy/zombie', objects: zombie },
  { code: 'remedy/uninterruptible', objects: uninterruptible, escalate: true },
  { code: 'remedy/not-stopped', objects: notStopped },
  { code: 'remedy/no-zombies', objects: noZombies },
  { code: 'remedy/not-a-command', objects: notACommand },
];

function bootUnknown({ target: { host } }: TargetContext): string | null {
  return host.bootId === null ? `The agent of ${plainOrQuoted(host.name)} has never reported.` : null;
}

function otherBoot({ request, target: { host, process } }: TargetContext): string | null {
  const bootIds = [wantedProcess(request.wanted)?.bootId, process?.bootId];
  const isOther = bootIds.some((bootId) => bootId !== undefined && bootId !== host.bootId);
  return isOther && host.bootId !== null ? `${plainOrQuoted(host.name)} has booted since: that process is gone.` : null;
}

function processUnknown({ request, target: { process } }: TargetContext): string | null {
  const wanted = wantedProcess(request.wanted);
  if (wanted === null) return null;
  const isSame = process?.ref.pid === wanted.ref.pid && process.ref.start === wanted.ref.start;
  return isSame ? null : `Nothing is known of the process with pid ${wanted.ref.pid} that was asked for.`;
}

/** A service whose main process has ended is what a restart is for. */
function processEnded({ request, target: { process } }: TargetContext): string | null {
  if (wantedProcess(request.wanted) === null || request.wanted.action === 'RESTART_SERVICE') return null;
  return typeof process?.ended === 'bigint' ? `${processName(process)} has ended.` : null;
}

function noService({ service }: TargetContext): string | null {
  return typeof service === 'string' ? service : null;
}

function otherService({ service, target: { process } }: TargetContext): string | null {
  if (service === null || typeof service === 'string' || service.manager !== 'systemd') return null;
  if (process === null || process.unit === null || process.unit === service.name) return null;
  return `${processName(process)} is of ${plainOrQuoted(process.unit)}, not of ${plainOrQuoted(service.name)}.`;
}

/** One on the host and one in a container or a machine, say. */
function ambiguousService({ service, target }: TargetContext): string | null {
  if (service === null || typeof service === 'string' || service.manager !== 'systemd') return null;
  const places = target.unitCgroups.map((cgroup) => placeOf(cgroup, service.name));
  if (new Set(places).size < 2) return null;
  return `${plainOrQuoted(service.name)} runs more than once on this host, in different cgroups: it is not clear which is meant.`;
}

/** Without what a service has divided its own cgroup into. */
function placeOf(cgroup: string, unit: string): string {
  const end = `${cgroup}/`.lastIndexOf(`/${unit}/`);
  return end < 0 ? cgroup : cgroup.slice(0, end);
}

const ofTheDead: ReadonlySet<string> = new Set([
  'KILL_ZOMBIE_PARENT',
  'SIGNAL_PROCESS',
  'RESUME_PROCESS',
  'SET_OOM_SCORE_ADJ',
]);

function zombie({ request, target: { process } }: TargetContext): string | null {
  if (process?.episode?.state !== 'zombie' || !ofTheDead.has(request.wanted.action)) return null;
  return `${processName(process)} is dead already: no signal does anything to a zombie until its parent waits for it or ends.`;
}

/** Neither does a restart: its SIGKILL would wait as well. */
function uninterruptible({ request, target: { process } }: TargetContext): string | null {
  if (process?.episode?.state !== 'uninterruptible' || request.wanted.action === 'SET_OOM_SCORE_ADJ') return null;
  const { waitChannel } = process.episode;
  const where = waitChannel === null ? '' : ` (${plainOrQuoted(waitChannel)})`;
  return `${processName(process)} waits in the kernel${where}, and no signal is delivered before that is over: look at the device or mount that it waits for.`;
}

/** What has only just stopped is no episode yet, and SIGCONT does no harm. */
function notStopped({ request, target: { process } }: TargetContext): string | null {
  if (request.wanted.action !== 'RESUME_PROCESS' || process?.episode == null) return null;
  return process.episode.state === 'stopped' ? null : `${processName(process)} is not stopped.`;
}

function noZombies({ request, target }: TargetContext): string | null {
  if (request.wanted.action !== 'KILL_ZOMBIE_PARENT' || target.process === null) return null;
  return zombiesOf(target).length === 0 ? `${processName(target.process)} has no zombies.` : null;
}

/** What no agent would take: a signal or a score out of range. */
function notACommand({ request, target, service }: TargetContext): string | null {
  const action = commandAction(request.wanted, target, service);
  if (action === null) return null;
  const problem = CommandAction.safeParse(action).error?.issues[0];
  return problem === undefined
    ? null
    : `That cannot be asked of an agent: ${problem.path.join('.')}: ${problem.message}.`;
}
