/**
 * Who started it again: which of the lives that began after a death takes its place, and who made it.
 *
 * The same thing is one of three:
 * - `service`: the same systemd unit, the same executable, started by a manager outside the unit.
 * - `container`: the same command line in the same pod's next container, or in the same container started once more.
 * - `command`: the same executable with the same arguments, started by somebody who was there when it died (a supervisor,
 *   a guard, a shell loop) or by a job of cron.
 *
 * Mistaken for: an ordinary command that runs twice. So a shell at which a person types restarts nothing; a fork that goes
 * on with the image of its parent (a worker, a subshell) is no start; and what ended by itself was not restarted, unless by
 * a service manager or a supervisor known by its name: to everybody else it may just have been done.
 */
import { endingOf } from './ending.js';
import type { DeathFacts, ProcessFacts } from './facts.js';
import { fatalSignal } from './fatal-signal.js';
import { isInteractiveShell } from './interactive-shell.js';
import { isLoop, restartsBefore, waitingBefore, type Span } from './restart-history.js';
import { scheduledJob } from './scheduled-job.js';
import { signals } from './signal-names.js';
import { isSame } from './signal-origin.js';
import { stopRequestBefore } from './stop-request.js';

export const restartKinds = ['service', 'container', 'command'] as const;
export type RestartKind = (typeof restartKinds)[number];

/** A life that began after the death, within `restartWindowNs`. */
export interface NextLife {
  readonly process: ProcessFacts;
  readonly startedAt: bigint;
  /** Its parent first, each as it was when this life began. */
  readonly makers: readonly ProcessFacts[];
}

export interface RestartFacts {
  /** Earliest first. */
  readonly next: readonly NextLife[];
  /** Who made the victim; null when not known. */
  readonly parent: { readonly unit: string | null; readonly endedBefore: boolean } | null;
  /** The latest `restartLivesMax` lives of the same thing that had begun when it died, itself among them. */
  readonly lives: readonly Span[];
}

export interface Restart {
  readonly kind: RestartKind;
  readonly life: NextLife;
  readonly by: ProcessFacts | null;
  /** Restarts of the same thing in the hour before this one. */
  readonly recently: number;
  readonly isLoop: boolean;
}

type Successor = Pick<Restart, 'kind' | 'life' | 'by'>;

/** Null where nothing that is known took its place. */
export function restartOf(death: DeathFacts, facts: RestartFacts): Restart | null {
  // Where several instances die together, each has its own successor, in turn.
  const successor = successorsOf(death, facts)[waitingBefore(facts.lives, death.at)];
  if (successor === undefined) return null;
  const recently = restartsBefore(facts.lives, successor.life.startedAt);
  return { ...successor, recently, isLoop: isLoop(facts.lives, death.at) };
}

/** The same arguments before others, then the earliest. */
function successorsOf(death: DeathFacts, { next, parent }: RestartFacts): readonly Successor[] {
  const found = next.flatMap(
    (life) => service(death, life, parent) ?? container(death, life) ?? command(death, life, parent) ?? [],
  );
  const alike = found.filter(({ life }) => hasSameArguments(life.process, death.victim));
  return alike.length > 0 ? alike : found;
}

function service(death: DeathFacts, life: NextLife, parent: RestartFacts['parent']): Successor | null {
  const { victim } = death;
  const manager = life.makers[0];
  if (manager === undefined || !victim.unit?.endsWith('.service') || life.process.unit !== victim.unit) return null;
  if (manager.unit === victim.unit || !isMain(victim, parent)) return null;
  if (!hasSameExecutable(life.process, victim)) return null;
  if (isInterpreter(victim) && !hasSameArguments(life.process, victim)) return null;
  const wasDone = endedByItself(death) && death.code === 0 && life.startedAt - death.at > doneWithinNs;
  return wasDone ? null : { kind: 'service', life, by: manager };
}

/** After a clean end: `Restart=always` waits 100 ms (RestartSec), while a timer does not come back that soon. */
const doneWithinNs = 1_000_000_000n;

/** Started by the manager, or left behind by what the manager had started, as daemons are (Type=forking). */
function isMain(victim: ProcessFacts, parent: RestartFacts['parent']): boolean {
  return parent !== null && (parent.unit !== victim.unit || parent.endedBefore);
}

function container(death: DeathFacts, life: NextLife): Successor | null {
  const [before, after] = [death.victim.container, life.process.container];
  const runtime = life.makers[0];
  if (before === null || after === null || !isSameCommand(life.process, death.victim)) return null;
  if (runtime?.container?.id === after.id) return null;
  const isNextOfPod = before.pod !== null && before.pod === after.pod && before.id !== after.id;
  // Health checks are started from outside too, time and again: but nobody kills them.
  const isSameAgain = before.id === after.id && !endedByItself(death);
  return isNextOfPod || isSameAgain ? { kind: 'container', life, by: runtime ?? null } : null;
}

function command(death: DeathFacts, life: NextLife, parent: RestartFacts['parent']): Successor | null {
  const { victim } = death;
  const { process, makers } = life;
  if (!isSameCommand(process, victim) || process.uid !== victim.uid) return null;
  if (process.container?.id !== victim.container?.id) return null;
  const maker = makers[0];
  const witness = makers.find(({ ref }) => BigInt(ref.start) < death.at);
  if (maker === undefined || witness === undefined || isSameCommand(maker, process)) return null;
  if (isKilledByWrapper(death, witness)) return null;
  const job = scheduledJob(process);
  if (job !== null) {
    const isNextRun = parent?.endedBefore !== true && scheduledJob(victim)?.command === job.command;
    return isNextRun || endedByItself(death) ? null : { kind: 'command', life, by: maker };
  }
  if (isManager(witness) || isInteractiveShell(witness) || isOfNewLogin(process, witness)) return null;
  if (endedByItself(death) && !supervisors.has(witness.comm)) return null;
  return { kind: 'command', life, by: witness };
}

/** `timeout` and its like end what they run; that their caller runs them again is no restart. */
function isKilledByWrapper(death: DeathFacts, witness: ProcessFacts): boolean {
  const killer = fatalSignal(death)?.signal.sender;
  const parent = death.victim.ancestry[0];
  if (killer == null || parent === undefined) return false;
  return isSame(killer.ref, parent.ref) && !isSame(killer.ref, witness.ref);
}

/** It starts whatever there is; that it started this again is known by the unit. In a container its pid is another. */
function isManager({ ref, comm }: ProcessFacts): boolean {
  return ref.pid === 1 || comm === 'systemd';
}

/** Somebody has logged in since, and did it. */
function isOfNewLogin(process: ProcessFacts, witness: ProcessFacts): boolean {
  return process.login !== null && witness.login === null;
}

/** By an exit that nobody had asked for, in a manner not seen, or because nobody read on (`yes | head`). */
function endedByItself(death: DeathFacts): boolean {
  const ending = endingOf(death);
  if (ending.how === 'signaled') return ending.signal === signals.SIGPIPE;
  return ending.how !== 'exited' || stopRequestBefore(death, null) === null;
}

function isSameCommand(a: ProcessFacts, b: ProcessFacts): boolean {
  return hasSameExecutable(a, b) && a.args.length > 0 && hasSameArguments(a, b);
}

function hasSameExecutable(a: ProcessFacts, b: ProcessFacts): boolean {
  return a.exe !== null && a.exe === b.exe;
}

function hasSameArguments(a: ProcessFacts, b: ProcessFacts): boolean {
  return a.args.length === b.args.length && a.args.every((arg, index) => arg === b.args[index]);
}

/** What an interpreter is, its arguments say. Other programs may have rewritten theirs (setproctitle). */
function isInterpreter({ exe }: ProcessFacts): boolean {
  return /\/(ba|da|a|k|mk|z|c|tc|fi)?sh$|\/(python|perl|ruby|php|node|nodejs|java|lua|tclsh)[\d.]*$/.test(exe ?? '');
}

/** They start again also what ended by itself: that is their work. By name, as the kernel's record has it. */
const supervisors: ReadonlySet<string> = new Set([
  ...['supervisord', 'runsv', 's6-supervise', 'supervise', 'supervise-daemon', 'monit', 'circusd', 'perpd', 'dinit'],
  ...['runit', 'procd', 'nodemon', 'forever', 'foreman', 'honcho', 'god', 'daemon', 'bluepill', 'process-compose'],
]);
