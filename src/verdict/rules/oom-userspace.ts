/**
 * OOM_USERSPACE: a daemon that watches memory ended it before the kernel had to: earlyoom, systemd-oomd, nohang, oomd, lmkd.
 *
 * Kernel: an ordinary signal from that daemon, SIGTERM first with earlyoom and nohang, SIGKILL with the others; no trace of
 * the kernel's OOM killer.
 * Mistaken for: OOM_GLOBAL and OOM_CGROUP, which the kernel does; a kill by just any process (SIGNALED). The daemon is known by
 * its name, and by its unit where it has one. How much memory there was, the agent looks up as soon as it reads of the signal.
 * Source: earlyoom(1), systemd-oomd.service(8), nohang's and oomd's own documentation.
 */
import { oomDaemons } from '../../contract/index.js';
import { certainty } from '../confidence.js';
import { processInvocation } from '../describe.js';
import { senderEvidence } from '../evidence.js';
import type { ProcessFacts, SignalFacts } from '../facts.js';
import { memoryClause, memoryEvidence } from '../memory-state.js';
import type { Rule } from '../rule.js';
import { stopSentence } from '../stop-sentence.js';
import { stopBy, type Stop } from '../stop.js';
import { en, zh } from '../text.js';

export const oomUserspace: Rule = {
  id: 'oom-userspace',
  decide(facts) {
    const stop = stopBy(facts, daemonCertainty);
    if (stop === null) return null;
    const how = stopSentence(processInvocation(stop.by), stop, facts, { en: 'its patience', zh: '等待时限' });
    const looked = lookedAt(stop);
    const memory = memoryClause(looked);
    return {
      cause: 'OOM_USERSPACE',
      actor: { kind: 'PROCESS', process: stop.by.ref },
      confidence: stop.confidence,
      summary: {
        en: en`To free memory before the kernel had to, ${how}${memory}`,
        zh: zh`为了赶在内核之前释放内存，${how}${memory}`,
      },
      evidence: [...senderEvidence(stop.deadly ?? stop.asked), ...memoryEvidence(looked)],
    };
  },
};

/** The signal at which the agent looked at the memory: the earliest, since what the victim had is free soon after. */
function lookedAt({ asked, deadly }: Stop): SignalFacts | null {
  return [asked, deadly].find((signal) => signal !== null && signal.memoryState !== null) ?? null;
}

const daemons: ReadonlySet<string> = new Set(oomDaemons);

function daemonCertainty({ comm, unit }: ProcessFacts): number {
  if (!daemons.has(comm)) return 0;
  return unit?.startsWith(`${comm}.`) === true ? certainty.exact : certainty.knownByName;
}
