/**
 * How far the kernel log was told, in the file `kernel-log` (JSON). Written after the events are in the spool, so a crash
 * in between leaves it behind: the events' own sequences then say the rest. Another boot's says nothing.
 */
import { readStateFile, writeStateFile } from './files.js';

export interface KernelLogPosition {
  readonly bootId: string;
  /** Everything up to here was told; -1 for nothing. */
  readonly sequence: number;
  /** Nobody watched before this line was written: up to here deaths are told from the log. */
  readonly unwatchedUntil: number;
  /** OOM kills of this boot that are told or counted as lost (`oom_kill` of /proc/vmstat). */
  readonly oomKills?: number;
}

const name = 'kernel-log';

export function readKernelLogPosition(stateDir: string, bootId: string): KernelLogPosition | undefined {
  try {
    const kept = JSON.parse(readStateFile(stateDir, name) ?? '') as KernelLogPosition;
    const numbers = [kept.sequence, kept.unwatchedUntil, kept.oomKills ?? 0];
    return kept.bootId === bootId && numbers.every(Number.isSafeInteger) ? kept : undefined;
  } catch {
    return undefined;
  }
}

/** @returns whether it could be written */
export function writeKernelLogPosition(stateDir: string, position: KernelLogPosition): boolean {
  try {
    // The log does not survive the machine either.
    writeStateFile(stateDir, name, `${JSON.stringify(position)}\n`, false);
    return true;
  } catch {
    return false;
  }
}
