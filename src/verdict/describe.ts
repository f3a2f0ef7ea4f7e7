/** Processes and senders in words. Everything that a process chose for itself passes through escape.ts. */
import { escapeArguments, summaryCommandCharactersMax } from './command-line.js';
import { plainOrQuoted, quote } from './escape.js';
import type { ContainerFacts, DeathFacts, LoginFacts, ProcessFacts, SignalFacts } from './facts.js';
import { scheduledJob, type ScheduledJob } from './scheduled-job.js';
import { isFromSelf, isKernelMade, isOnVictimsBehalf, isSame } from './signal-origin.js';

/** `worker (pid 4711)` */
export function processName(process: Pick<ProcessFacts, 'comm' | 'ref'>): string {
  return `${plainOrQuoted(process.comm)} (pid ${process.ref.pid})`;
}

/** `redis-server (pid 4711) of redis-server.service`: a process with where it runs, as far as that says anything. */
export function processInPlace(process: Pick<ProcessFacts, 'comm' | 'ref' | 'unit' | 'container'>): string {
  return processName(process) + place(process);
}

/**
 * `kill (pid 4712, "/bin/kill -9 4711") run by alice (ssh from 10.0.0.5, pts/3) via bash`; command lines are shortened
 * unless `whole`.
 */
export function processInvocation(process: ProcessFacts, whole = false): string {
  const commandLine = escapeArguments(process.args, process.argsCut, whole);
  const pid = `pid ${process.ref.pid}${commandLine === null ? '' : `, ${commandLine}`}`;
  return `${plainOrQuoted(process.comm)} (${pid})${place(process)}${runBy(process)}`;
}

/** Who sent a signal to this victim, as part of a sentence: `SIGTERM from …`. */
export function senderPhrase(signal: SignalFacts, facts: DeathFacts, whole = false): string {
  const { victim } = facts;
  if (isKernelMade(signal, victim) || isOnVictimsBehalf(signal, victim) === 'certain') return 'the kernel';
  if (signal.sender === null) return 'an unknown sender';
  if (isFromSelf(signal, victim)) return 'itself';
  const parent = victim.ancestry[0];
  const relation = parent !== undefined && isSame(parent.ref, signal.sender.ref) ? 'its parent ' : '';
  return `${relation}${processInvocation(signal.sender, whole)}`;
}

/** `terminal pts/3 of alice (ssh from 10.0.0.5)`, as far as it is known. */
export function terminalOf({ login }: Pick<ProcessFacts, 'login'>): string {
  if (login === null) return 'its terminal';
  const source = login.source === null ? '' : ` (ssh from ${plainOrQuoted(login.source)})`;
  const terminal = login.tty === null ? 'the terminal' : `terminal ${plainOrQuoted(login.tty)}`;
  return `${terminal} of ${loginName(login)}${source}`;
}

export function loginName(login: LoginFacts): string {
  return login.name === null ? `uid ${login.uid}` : plainOrQuoted(login.name);
}

export function userName(process: ProcessFacts): string | null {
  if (process.userName !== null) return plainOrQuoted(process.userName);
  return process.uid === null ? null : `uid ${process.uid}`;
}

/** `podman container 8c1a3f5e7b9d`, with as many digits of the id as the tools show. */
export function containerName({ id, runtime }: ContainerFacts): string {
  return `${plainOrQuoted(runtime)} container ${plainOrQuoted(id.slice(0, 12))}`;
}

/** ` of redis-server.service in podman container 8c1a3f5e7b9d` */
function place({ unit, container }: Pick<ProcessFacts, 'unit' | 'container'>): string {
  const of = unit === null || saysNothing.test(unit) ? '' : ` of ${plainOrQuoted(unit)}`;
  return of + (container === null ? '' : ` in ${containerName(container)}`);
}

/** Everybody's session and the service manager itself. */
const saysNothing = /^(session-\w+|init)\.scope$|^user@\d+\.service$/;

function jobName({ scheduler, command }: ScheduledJob): string {
  const entry = command === null ? '' : ` (${quote(command, summaryCommandCharactersMax)})`;
  return plainOrQuoted(scheduler) + entry;
}

function cameFrom({ source, tty }: LoginFacts): string {
  if (source === null) return '';
  return ` (ssh from ${plainOrQuoted(source)}${tty === null ? '' : `, ${plainOrQuoted(tty)}`})`;
}

/**
 * ` run by alice as root via sudo`: the login, the user where it is another, and the parent. ` run as root by cron ("…")`: what the crontab says.
 */
function runBy(process: ProcessFacts): string {
  const { login } = process;
  const user = userName(process);
  const job = scheduledJob(process);
  if (job !== null) return ` run${user === null ? '' : ` as ${user}`} by ${jobName(job)}`;
  const parent = process.ancestry[0];
  const person = login === null ? '' : ` by ${loginName(login)}${cameFrom(login)}`;
  const role = user === null || (login !== null && login.uid === process.uid) ? '' : ` as ${user}`;
  const via = parent === undefined ? '' : ` via ${plainOrQuoted(parent.comm)}`;
  return person + role + via === '' ? '' : ` run${person}${role}${via}`;
}
