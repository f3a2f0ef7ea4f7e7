/**
 * BROKEN_PIPE: it wrote into a pipe or socket that nobody reads any more.
 *
 * Kernel: `send_sig(SIGPIPE, current, 0)`: SI_USER, directed at the writing thread, in the victim's own name.
 * Mistaken for: kill(getpid(), SIGPIPE), which is directed at the group (and which nobody writes); SIGPIPE by another.
 * Source: fs/pipe.c pipe_write, net/core/stream.c sk_stream_error.
 */
import { itself } from '../actor.js';
import { certainty, weakest } from '../confidence.js';
import { processInPlace } from '../describe.js';
import { fatalSignal } from '../fatal-signal.js';
import type { Rule } from '../rule.js';
import { isOnVictimsBehalf } from '../signal-origin.js';
import { signals } from '../signal-names.js';
import { en, zh } from '../text.js';

export const brokenPipe: Rule = {
  id: 'broken-pipe',
  decide(facts) {
    const fatal = fatalSignal(facts);
    if (fatal === null || fatal.signal.signal !== signals.SIGPIPE) return null;
    const onBehalf = isOnVictimsBehalf(fatal.signal, facts.victim);
    if (onBehalf === 'no') return null;
    const victim = processInPlace(facts.victim);
    return {
      cause: 'BROKEN_PIPE',
      actor: itself(facts.victim),
      confidence: weakest(fatal.confidence, onBehalf === 'certain' ? certainty.exact : certainty.threadMissing),
      summary: {
        en: en`${victim} was ended by SIGPIPE: it wrote to a pipe or socket that nobody reads any more`,
        zh: zh`${victim}被 SIGPIPE 终止：它写入的管道或套接字已经没有读取方`,
      },
      evidence: [],
    };
  },
};
