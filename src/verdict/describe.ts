/** Processes and senders in words. Everything that a process chose for itself passes through escape.ts. */
import { escapeArguments } from './command-line.js';
import { plainOrQuoted } from './escape.js';
import type { DeathFacts, LoginFacts, ProcessFacts, SignalFacts } from './facts.js';
import { isFromSelf, isKernelMade, isOnVictimsBehalf, isSame } from './signal-origin.js';

/** `worker (pid 4711)` */
export function processName(process: Pick<ProcessFacts, 'comm' | 'ref'>): string {
  return `${plainOrQuoted(process.comm)} (pid ${process.ref.pid})`;
}

/** `kill (pid 4712, "/bin/kill -9 4711") run by alice via bash`; command lines are shortened unless `whole`. */
export function processInvocation(process: ProcessFacts, whole = false): string {
  const commandLine = escapeArguments(process.args, process.argsCut, whole);
  const pid = `pid ${process.ref.pid}${commandLine === null ? '' : `, ${commandLine}`}`;
  return `${plainOrQuoted(process.comm)} (${pid})${runBy(process)}`;
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

export function loginName(login: LoginFacts): string {
  return login.name === null ? `uid ${login.uid}` : plainOrQuoted(login.name);
}

export function userName(process: ProcessFacts): string | null {
  if (process.userName !== null) return plainOrQuoted(process.userName);
  return process.uid === null ? null : `uid ${process.uid}`;
}

/** ` run by alice as root via sudo`: the login, the user where it is another, and the parent. */
function runBy(process: ProcessFacts): string {
  const { login } = process;
  const user = userName(process);
  const parent = process.ancestry[0];
  const person = login === null ? '' : ` by ${loginName(login)}`;
  const role = user === null || (login !== null && login.uid === process.uid) ? '' : ` as ${user}`;
  const via = parent === undefined ? '' : ` via ${plainOrQuoted(parent.comm)}`;
  return person + role + via === '' ? '' : ` run${person}${role}${via}`;
}
