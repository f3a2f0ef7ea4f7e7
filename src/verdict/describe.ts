/** Processes and senders in words. Everything that a process chose for itself passes through escape.ts. */
import { escapeArguments, summaryCommandCharactersMax } from './command-line.js';
import { plainOrQuoted, quote } from './escape.js';
import type { ContainerFacts, DeathFacts, LoginFacts, ProcessFacts, SignalFacts } from './facts.js';
import { scheduledJob, type ScheduledJob } from './scheduled-job.js';
import { isFromSelf, isKernelMade, isOnVictimsBehalf, isSame } from './signal-origin.js';
import { en, nothing, same, zh, type Text } from './text.js';

/** `worker (pid 4711)` */
export function processName(process: Pick<ProcessFacts, 'comm' | 'ref'>): Text {
  return named(process);
}

/** `redis-server (pid 4711) of redis-server.service`: a process with where it runs, as far as that says anything. */
export function processInPlace(process: Pick<ProcessFacts, 'comm' | 'ref' | 'unit' | 'container'>): Text {
  return named(process, placesOf(process));
}

/**
 * `kill (pid 4712, "/bin/kill -9 4711") run by alice (ssh from 10.0.0.5, pts/3) via bash`; command lines are shortened
 * unless `whole`. `relation`: what it is to the victim.
 */
export function processInvocation(process: ProcessFacts, whole = false, relation: Text = nothing): Text {
  const commandLine = escapeArguments(process.args, process.argsCut, whole);
  const name = named(process, placesOf(process), commandLine);
  const by = runBy(process);
  return { en: en`${relation}${name}${by}`, zh: zh`${by}${relation}${name}` };
}

export const itsParent: Text = { en: 'its parent ', zh: '父进程' };

/** Who sent a signal to this victim, as part of a sentence: `SIGTERM from …`. */
export function senderPhrase(signal: SignalFacts, facts: DeathFacts, whole = false): Text {
  const { victim } = facts;
  if (isKernelMade(signal, victim) || isOnVictimsBehalf(signal, victim) === 'certain')
    return { en: 'the kernel', zh: '内核' };
  if (signal.sender === null) return { en: 'an unknown sender', zh: '未知的发送者' };
  if (isFromSelf(signal, victim)) return { en: 'itself', zh: '它自己' };
  const parent = victim.ancestry[0];
  const isParent = parent !== undefined && isSame(parent.ref, signal.sender.ref);
  return processInvocation(signal.sender, whole, isParent ? itsParent : nothing);
}

/** `terminal pts/3 of alice (ssh from 10.0.0.5)`, as far as it is known. */
export function terminalOf({ login, tty: own }: Pick<ProcessFacts, 'login' | 'tty'>): Text {
  if (login === null) {
    if (own === null) return { en: 'its terminal', zh: '其终端' };
    return { en: `its terminal ${plainOrQuoted(own)}`, zh: zh`其终端${plainOrQuoted(own)}` };
  }
  const source = login.source === null ? nothing : bracketed([sshFrom(login.source)]);
  const name = loginName(login);
  if (login.tty === null) return { en: en`the terminal of ${name}${source}`, zh: zh`${name}${source}的终端` };
  const tty = plainOrQuoted(login.tty);
  return { en: en`terminal ${tty} of ${name}${source}`, zh: zh`${name}${source}的终端${tty}` };
}

export function loginName(login: LoginFacts): string {
  return login.name === null ? `uid ${login.uid}` : plainOrQuoted(login.name);
}

export function userName(process: ProcessFacts): string | null {
  if (process.userName !== null) return plainOrQuoted(process.userName);
  return process.uid === null ? null : `uid ${process.uid}`;
}

/** `podman container 8c1a3f5e7b9d`, with as many digits of the id as the tools show. */
export function containerName({ id, runtime }: ContainerFacts): Text {
  const digits = plainOrQuoted(id.slice(0, 12));
  return { en: `${plainOrQuoted(runtime)} container ${digits}`, zh: `${plainOrQuoted(runtime)} 容器 ${digits}` };
}

/** `ssh from 10.0.0.5` */
export function sshFrom(source: string): Text {
  return { en: `ssh from ${plainOrQuoted(source)}`, zh: `ssh 来自 ${plainOrQuoted(source)}` };
}

/** ` (ssh from 10.0.0.5, pts/3)` */
export function bracketed(details: readonly Text[]): Text {
  if (details.length === 0) return nothing;
  return {
    en: ` (${details.map((detail) => detail.en).join(', ')})`,
    zh: `（${details.map((detail) => detail.zh).join('，')}）`,
  };
}

/** English says where it runs behind the brackets, Chinese within them. */
function named(
  { comm, ref }: Pick<ProcessFacts, 'comm' | 'ref'>,
  places: readonly Text[] = [],
  commandLine: string | null = null,
): Text {
  const name = plainOrQuoted(comm);
  const details = [`pid ${ref.pid}`, ...(commandLine === null ? [] : [commandLine])];
  return {
    en: `${name} (${details.join(', ')})${places.map((one) => one.en).join('')}`,
    zh: `${name}（${[...details, ...places.map((one) => one.zh)].join('，')}）`,
  };
}

/** ` of redis-server.service`, ` in podman container 8c1a3f5e7b9d` */
function placesOf({ unit, container }: Pick<ProcessFacts, 'unit' | 'container'>): readonly Text[] {
  const name = unit === null || saysNothing.test(unit) ? null : plainOrQuoted(unit);
  const inside = container === null ? null : containerName(container);
  return [
    ...(name === null ? [] : [{ en: ` of ${name}`, zh: name }]),
    ...(inside === null ? [] : [{ en: ` in ${inside.en}`, zh: inside.zh }]),
  ];
}

/** Everybody's session and the service manager itself. */
const saysNothing = /^(session-\w+|init)\.scope$|^user@\d+\.service$/;

/** `cron ("30 * * * * backup")`: the scheduler and its entry. */
export function jobName({ scheduler, command }: ScheduledJob): Text {
  const entry = command === null ? [] : [same(quote(command, summaryCommandCharactersMax))];
  return {
    en: en`${plainOrQuoted(scheduler)}${bracketed(entry)}`,
    zh: zh`${plainOrQuoted(scheduler)}${bracketed(entry)}`,
  };
}

function cameFrom({ source, tty }: LoginFacts): Text {
  if (source === null) return nothing;
  return bracketed([sshFrom(source), ...(tty === null ? [] : [same(plainOrQuoted(tty))])]);
}

/**
 * ` run by alice as root via sudo`: the login, the user where it is another, and the parent. ` run as root by cron ("…")`:
 * what the crontab says. In Chinese it stands before the name.
 */
function runBy(process: ProcessFacts): Text {
  const { login } = process;
  const user = userName(process);
  const as = (name: string): Text => ({ en: ` as ${name}`, zh: zh`以${name}身份` });
  const job = scheduledJob(process);
  if (job !== null) {
    const role = user === null ? nothing : as(user);
    return { en: en` run${role} by ${jobName(job)}`, zh: zh`${jobName(job)}${role}运行的` };
  }
  const parent = process.ancestry[0];
  const person = login === null ? nothing : byPerson(login);
  const role = user === null || (login !== null && login.uid === process.uid) ? nothing : as(user);
  const via =
    parent === undefined
      ? nothing
      : { en: ` via ${plainOrQuoted(parent.comm)}`, zh: zh`经${plainOrQuoted(parent.comm)}` };
  const all = { en: en`${person}${role}${via}`, zh: zh`${person}${role}${via}` };
  return all.en === '' ? nothing : { en: ` run${all.en}`, zh: zh`${all}运行的` };
}

function byPerson(login: LoginFacts): Text {
  const name = loginName(login);
  return { en: en` by ${name}${cameFrom(login)}`, zh: zh`${name}${cameFrom(login)}` };
}
