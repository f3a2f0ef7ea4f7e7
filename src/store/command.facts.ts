/**
 * The command of ours behind a death: the one in whose report an actor (`Report.actors` in src/contract/command.ts) is the sender of
 * a signal to the victim, or the process of a request to stop. What an actor does before or after its command does not count, nor
 * what was aimed at another process: the agent itself is an actor of many commands.
 */
import type { CommandFacts, RequestFacts } from '../verdict/index.js';
import { targetsOther } from './job-target.js';
import { senderKey } from './request.facts.js';
import type { ActorCommandRow, DeathRow, LifeKey, SignalRow } from './rows.js';
import { lifeId } from './rows.js';

/** Whoever may have acted for a command, and when. */
export type Act = LifeKey & { readonly at_ns: bigint };

/** Before anything is known of commands: whom to ask for. */
export function actsOf(signals: readonly SignalRow[], requests: readonly Act[]): Act[] {
  const sent = signals.filter(({ sender_pid }) => sender_pid !== null);
  return [...sent.map((signal) => ({ ...senderKey(signal), at_ns: signal.at_ns })), ...requests];
}

/** The latest of them. */
export function commandBehind(
  death: DeathRow,
  signals: readonly SignalRow[],
  requests: readonly RequestFacts[],
  commands: ReadonlyMap<string, readonly ActorCommandRow[]>,
): CommandFacts | null {
  const asked = requests.map(({ process: { ref }, at }) => {
    return { boot: death.boot, pid: ref.pid, start_ns: BigInt(ref.start), at_ns: at };
  });
  const acts = actsOf(signals, asked).toSorted((a, b) => Number(b.at_ns > a.at_ns) - Number(b.at_ns < a.at_ns));
  for (const act of acts) {
    const row = commands.get(actId(act))?.find(({ target }) => !targetsOther(target, death));
    if (row === undefined) continue;
    const { job, requested_by: requestedBy, approved_by: approvedBy } = row;
    return { job, requestedBy, approvedBy, by: { pid: act.pid, start: String(act.start_ns) } };
  }
  return null;
}

export function actId(act: Act): string {
  return `${lifeId(act)}@${act.at_ns}`;
}
