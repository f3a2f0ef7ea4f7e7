/**
 * SIGNALED: somebody in user space sent the signal that ended it; maybe the process itself.
 *
 * Kernel: si_code SI_USER, SI_QUEUE or SI_TKILL (kill, sigqueue, tgkill, pidfd_send_signal), or any other that
 * user space may put there (negative, with a sender).
 * Mistaken for: what the kernel makes. A *sent* SIGSEGV is no crash; a sent SIGKILL is no OOM kill. What the kernel sends
 * in somebody's name (BROKEN_PIPE, CGROUP_KILL, PARENT_DEATH) is told apart by whom it was directed at and by whether the
 * sender lived; where that is not known we are less sure.
 * Source: kill(2), rt_sigqueueinfo(2), kernel/signal.c.
 */
import { attribute } from '../actor.js';
import { certainty, weakest } from '../confidence.js';
import { processInPlace, senderPhrase } from '../describe.js';
import { senderEvidence } from '../evidence.js';
import { fatalSignal } from '../fatal-signal.js';
import type { DeathFacts, SignalFacts } from '../facts.js';
import { isInteractiveShell } from '../interactive-shell.js';
import type { Rule } from '../rule.js';
import { isFromSelf, isKernelMade, isOnVictimsBehalf, isSame, siCodes } from '../signal-origin.js';
import { signalName, signals } from '../signal-names.js';
import { mayBeStopCommand } from '../stop-command.js';
import { stopRequestClause } from '../stop-request-clause.js';
import { en, zh, type Text } from '../text.js';
import { faultSignals } from './crashed.js';

export const signaled: Rule = {
  id: 'signaled',
  decide(facts) {
    const fatal = fatalSignal(facts);
    if (fatal === null || isKernelMade(fatal.signal, facts.victim)) return null;
    if (isOnVictimsBehalf(fatal.signal, facts.victim) === 'certain') return null;
    const { actor, confidence } = attribute(fatal.signal.sender, facts.victim);
    const doubt = weakest(
      isSelfSentFault(fatal.signal, facts) ? certainty.selfSentFault : certainty.exact,
      isPerhapsStopCommand(fatal.signal, facts) ? certainty.stopCommandPossible : certainty.exact,
      isPerhapsPassedOn(fatal.signal) ? certainty.relayMissing : certainty.exact,
    );
    return {
      cause: 'SIGNALED',
      actor,
      confidence: weakest(fatal.confidence, confidence, doubt, kernelDoubt(fatal.signal, facts)),
      summary: sentence(fatal.signal, facts),
      evidence: isFromSelf(fatal.signal, facts.victim) ? [] : senderEvidence(fatal.signal),
    };
  },
};

/** What keeps us from telling kill(2) from the kernel acting in the sender's name. */
function kernelDoubt(signal: SignalFacts, { victim }: DeathFacts): number {
  const { sender, code, thread } = signal;
  if (sender === null || code !== siCodes.SI_USER || isFromSelf(signal, victim)) return certainty.exact;
  if (thread === null && signal.signal === signals.SIGKILL) return certainty.threadMissing;
  return sender.ended === null ? certainty.endMissing : certainty.exact;
}

/** HANGUP has those of which that was seen. */
function isPerhapsPassedOn({ signal, sender }: SignalFacts): boolean {
  return signal === signals.SIGHUP && sender !== null && isInteractiveShell(sender);
}

function isSelfSentFault(signal: SignalFacts, facts: DeathFacts): boolean {
  return faultSignals.has(signal.signal) && isFromSelf(signal, facts.victim);
}

/** ExecStop of the victim's unit, where nobody was seen who asked for a stop; SERVICE_STOP has the rest. */
function isPerhapsStopCommand({ sender }: SignalFacts, { victim }: DeathFacts): boolean {
  if (sender === null || isSame(sender.ref, victim.ref) || !mayBeStopCommand(sender, victim)) return false;
  return !victim.ancestry.some(({ ref }) => isSame(ref, sender.ref));
}

function sentence(signal: SignalFacts, facts: DeathFacts): Text {
  const victim = processInPlace(facts.victim);
  const name = signalName(signal.signal);
  const before = stopRequestClause(facts, signal);
  if (isFromSelf(signal, facts.victim))
    return { en: en`${victim} ended itself with ${name}${before}`, zh: zh`${victim}用 ${name} 终止了自己${before}` };
  const [who, outcome] = [senderPhrase(signal, facts), consequence(signal)];
  const ended: Text = signal.signal === signals.SIGKILL ? { en: 'ended', zh: '杀死' } : { en: 'ended', zh: '终止' };
  return {
    en: en`${name} from ${who} ${ended} ${victim}${before}; ${outcome}`,
    zh: zh`${victim}被${who}用 ${name} ${ended}，${outcome}${before}`,
  };
}

function consequence(signal: SignalFacts): Text {
  if (signal.signal === signals.SIGKILL) return { en: 'no cleanup was possible', zh: '来不及清理' };
  if (faultSignals.has(signal.signal) || signal.signal === signals.SIGABRT)
    return { en: 'it was sent, so this is not a crash', zh: '该信号由外部发送，并非程序崩溃' };
  if (signal.disposition === 'default') return { en: 'it had no handler for it', zh: '该进程没有处理此信号' };
  return { en: 'its handler was gone by then', zh: '它的处理函数当时已不在' };
}
