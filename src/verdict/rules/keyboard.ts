/**
 * KEYBOARD: Ctrl-C or Ctrl-\ was typed at its terminal, and it had no handler.
 *
 * Kernel: the terminal sends SIGINT or SIGQUIT with SI_KERNEL to its whole foreground process group. Running then is whoever
 * carries the characters: a kworker, or the program at the other end of a pty; neither of them typed.
 * Mistaken for: `kill -INT` and what a shell or `timeout -s INT` passes on (SIGNALED). A program can type at a pty too (expect,
 * script, ssh): where no login stands behind the victim nobody says that it was a person. A terminal whose settings map the
 * character elsewhere (stty intr) looks the same.
 * Source: drivers/tty/n_tty.c isig, __isig.
 */
import { theKernel } from '../actor.js';
import { processInPlace, terminalOf } from '../describe.js';
import type { ProcessFacts } from '../facts.js';
import { fatalSignal } from '../fatal-signal.js';
import type { Rule } from '../rule.js';
import { isKernelMade, siCodes } from '../signal-origin.js';
import { signalName, signals } from '../signal-names.js';
import { en, zh } from '../text.js';
import type { Actor } from '../verdict.js';

export const keyboard: Rule = {
  id: 'keyboard',
  decide(facts) {
    const fatal = fatalSignal(facts);
    if (fatal === null || !isKernelMade(fatal.signal, facts.victim)) return null;
    const { signal, code } = fatal.signal;
    const keys = code === siCodes.SI_KERNEL ? keysOf[signal] : undefined;
    if (keys === undefined) return null;
    const [victim, terminal, name] = [processInPlace(facts.victim), terminalOf(facts.victim), signalName(signal)];
    return {
      cause: 'KEYBOARD',
      actor: whoTyped(facts.victim),
      confidence: fatal.confidence,
      summary: {
        en: en`${keys}, typed at ${terminal}, ended ${victim} with ${name}`,
        zh: zh`${victim}被 ${name} 终止：在${terminal}上输入了 ${keys}`,
      },
      evidence: [],
    };
  },
};

const keysOf: Readonly<Record<number, string>> = { [signals.SIGINT]: 'Ctrl-C', [signals.SIGQUIT]: 'Ctrl-\\' };

function whoTyped({ login }: ProcessFacts): Actor {
  return login === null ? theKernel : { kind: 'HUMAN', process: null };
}
