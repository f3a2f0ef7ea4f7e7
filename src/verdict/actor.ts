/**
 * Who stands behind a signal that came from user space.
 *
 * In this order: the process itself; a kernel thread; its parent (a supervisor, `timeout`) unless that is a shell at
 * which a person types; a job of cron or at; a sender that descends from a login (loginuid survives sudo and su); any
 * other process.
 */
import { certainty, weakest } from './confidence.js';
import type { ProcessFacts } from './facts.js';
import { isInteractiveShell } from './interactive-shell.js';
import { scheduledJob } from './scheduled-job.js';
import { isSame } from './signal-origin.js';
import type { Actor, ActorKind } from './verdict.js';

export interface Attribution {
  readonly actor: Actor;
  readonly confidence: number;
}

export function attribute(sender: ProcessFacts | null, victim: ProcessFacts): Attribution {
  if (sender === null) return { actor: nobodyKnown, confidence: certainty.senderMissing };
  const kind = kindOf(sender, victim);
  return { actor: { kind, process: sender.ref }, confidence: confidenceIn(kind, sender, victim) };
}

export const nobodyKnown: Actor = { kind: 'UNKNOWN', process: null };
export const theKernel: Actor = { kind: 'KERNEL', process: null };

export function itself(victim: ProcessFacts): Actor {
  return { kind: 'SELF', process: victim.ref };
}

function kindOf(sender: ProcessFacts, victim: ProcessFacts): ActorKind {
  if (isSame(sender.ref, victim.ref)) return 'SELF';
  if (sender.kernelThread) return 'KERNEL';
  const parent = victim.ancestry[0];
  const isParent = parent !== undefined && isSame(parent.ref, sender.ref);
  if (isParent && !isInteractiveShell(sender)) return 'PARENT';
  if (scheduledJob(sender) !== null) return 'SCHEDULER';
  return sender.login === null ? 'PROCESS' : 'HUMAN';
}

function confidenceIn(kind: ActorKind, sender: ProcessFacts, victim: ProcessFacts): number {
  if (kind !== 'HUMAN' && kind !== 'PROCESS' && kind !== 'SCHEDULER') return certainty.exact;
  return weakest(
    victim.ancestry.length === 0 ? certainty.lineageMissing : certainty.exact,
    kind === 'SCHEDULER' ? certainty.schedulerByName : certainty.exact,
    kind === 'HUMAN' && sender.login?.tty === null ? certainty.loginWithoutTerminal : certainty.exact,
  );
}
