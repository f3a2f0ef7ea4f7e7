/** Rows → facts, pure: what may have asked a service manager for a death, by command or by signal. */
import { shutdownSignals, type ProcessFacts, type RequestFacts } from '../verdict/index.js';
import type { DeathRow, LifeKey, RequestRow, SignalRow } from './rows.js';
import { lifeId } from './rows.js';

export interface RequestRows {
  /** Oldest first. */
  readonly requests: readonly RequestRow[];
  /** What was sent to those who sent signals to the dead: the way to tell process 1 to shut down. Oldest first. */
  readonly signalsToSenders: readonly SignalRow[];
}

type At = (key: LifeKey, atNs: bigint) => ProcessFacts | null;

/** The image that ran the command is the last one: systemctl never execs another. */
const lastImageNs = 2n ** 63n;

export function requestsOf(
  death: DeathRow,
  signals: readonly SignalRow[],
  rows: RequestRows,
  processAt: At,
): RequestFacts[] {
  const commands = rows.requests
    .filter(({ boot, died_ns }) => boot === death.boot && died_ns === death.died_ns)
    .map((row) => ({ process: processAt(row, lastImageNs), at: row.at_ns, signal: null }));
  const senders = new Set(signals.map(senderOf).filter((id) => id !== null));
  const sent = rows.signalsToSenders
    .filter((row) => senders.has(targetOf(row)) && row.at_ns <= death.died_ns && shutdownSignals.has(row.signal))
    .map((row) => ({ process: processAt(senderKey(row), row.at_ns), at: row.at_ns, signal: row.signal }));
  return [...commands, ...sent]
    .flatMap(({ process, ...rest }) => (process === null ? [] : [{ process, ...rest }]))
    .toSorted((a, b) => Number(a.at > b.at) - Number(a.at < b.at));
}

export function senderKey(row: SignalRow): LifeKey {
  return { boot: row.boot, pid: row.sender_pid ?? 0, start_ns: row.sender_start_ns ?? 0n };
}

function senderOf(row: SignalRow): string | null {
  return row.sender_pid === null ? null : lifeId(senderKey(row));
}

function targetOf(row: SignalRow): string {
  return lifeId({ boot: row.boot, pid: row.target_pid, start_ns: row.target_start_ns });
}
