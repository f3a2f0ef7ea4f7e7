/**
 * How a boot of a host ended: one answer for the host, whatever many processes died with it.
 *
 * An orderly shutdown shows twice: somebody asks for it, and the agent, which is stopped with all services, says goodbye.
 * What takes a host down at once (power loss, a crash, a hard reset) leaves neither, only the next boot with another id.
 * A host that hangs, or whose agent was killed and not started again, looks like the latter, hence the doubt.
 */
import { certainty } from './confidence.js';
import { processInvocation } from './describe.js';
import { duration } from './duration.js';
import type { ProcessFacts } from './facts.js';
import { stopWishOf } from './stop-wish.js';
import { en, zh, type Text } from './text.js';
import type { ProcessRef } from '../contract/index.js';

export const bootEndings = ['RUNNING', 'SHUTDOWN', 'SUDDEN', 'UNKNOWN'] as const;

/** Times are nanoseconds of the boot clock of that boot. */
export interface BootFacts {
  /** The latest event of it; 0 where that was not recorded. */
  readonly seen: bigint;
  /** Its agent stopped in order, and none came after it. */
  readonly agentStopped: bigint | null;
  /** From the latest event to the beginning of the next boot, by the wall clock; null where none followed. */
  readonly untilNext: bigint | null;
  /** Latest first: programs that can take a host down, started shortly before the latest event. */
  readonly requests: readonly ProcessFacts[];
}

export interface BootEnding {
  readonly kind: (typeof bootEndings)[number];
  /** 0..1 */
  readonly confidence: number;
  /** One sentence. */
  readonly summary: Text;
  /** Who asked for it. */
  readonly request: ProcessRef | null;
  /** When it began to end; null where that is not known, or where it ended at once. */
  readonly since: bigint | null;
}

/** Longer than that between the agent's goodbye and the next boot: it may have been stopped for another reason. */
const shutdownWindow = 600_000_000_000n;

export function bootEnding({ seen, agentStopped, untilNext, requests }: BootFacts): BootEnding {
  const nobody = { request: null, since: null };
  if (untilNext === null) return { kind: 'RUNNING', confidence: certainty.exact, summary: running, ...nobody };
  if (seen === 0n) return { kind: 'UNKNOWN', confidence: certainty.nothing, summary: notRecorded, ...nobody };
  const span = duration(untilNext);
  const pause: Text = { en: en`; it booted again ${span} later.`, zh: zh`；${span}后再次启动。` };
  const request = requests.find(takesDown);
  if (request !== undefined) {
    const since = BigInt(request.ref.start);
    const saidGoodbye = agentStopped !== null && agentStopped >= since;
    const confidence = saidGoodbye ? certainty.exact : certainty.goodbyeMissing;
    const who = processInvocation(request);
    const summary: Text = { en: en`The host was shut down by ${who}${pause}`, zh: zh`主机由${who}关闭${pause}` };
    return { kind: 'SHUTDOWN', confidence, summary, request: request.ref, since };
  }
  const told = (how: Text): Text => ({ en: en`${how}${pause}`, zh: zh`${how}${pause}` });
  if (agentStopped === null)
    return { kind: 'SUDDEN', confidence: certainty.goodbyeMissing, summary: told(sudden), ...nobody };
  if (untilNext > shutdownWindow || seen > agentStopped + shutdownWindow)
    return { kind: 'UNKNOWN', confidence: certainty.nothing, summary: told(unwatched), ...nobody };
  const summary = told(inOrder);
  return { kind: 'SHUTDOWN', confidence: certainty.requestMissing, summary, request: null, since: agentStopped };
}

const running: Text = { en: 'No later boot of this host is known.', zh: '没有此主机再次启动的记录。' };
const notRecorded: Text = {
  en: 'How this boot ended is not known: an older server did not record it.',
  zh: '本次启动如何结束未知：旧版本的服务端没有记录。',
};
const sudden: Text = {
  en: 'The host ended suddenly: nobody asked for a shutdown, and its agent did not stop in order (power loss, a crash, a hard reset, or a hang)',
  zh: '主机突然中断：没有人要求关机，agent 也没有正常停止（断电、崩溃、硬复位或死机）',
};
const unwatched: Text = {
  en: 'How this boot ended was not seen, because the agent had been stopped before',
  zh: '未观察到本次启动如何结束，因为 agent 在此之前已被停止',
};
const inOrder: Text = {
  en: 'The host was shut down in order: its agent was stopped, but who asked for it was not seen',
  zh: '主机正常关机：agent 已被停止，但未观察到是谁要求的',
};

/** What it was called with says that this host is to go down, and not a user's session or a machine on it. */
export function takesDown(process: Pick<ProcessFacts, 'comm' | 'args'>): boolean {
  const wish = stopWishOf(process);
  return wish?.what === 'shutdown' && !wish.user && !wish.machine;
}
