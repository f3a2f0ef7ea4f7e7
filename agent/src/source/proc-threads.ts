/** Reads of /proc about threads, signals and limits. Every answer can be "gone". */
import { readdirSync } from 'node:fs';
import { parseFileSizeLimit, type FileSizeLimit } from '../kernel/proc-limits.js';
import { parseSignalSets, type SignalSets } from '../kernel/signal-sets.js';
import { readStatOf, readText } from './proc.js';

/** /proc has threads that it does not list. */
export function processOfThread(tid: number): number | undefined {
  const pid = /^Tgid:\t(\d+)$/m.exec(readText(`/proc/${tid}/status`) ?? '')?.[1];
  return pid === undefined ? undefined : Number(pid);
}

export function threadsOf(pid: number): readonly number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).map(Number);
  } catch {
    return [];
  }
}

export function readSignalSets(pid: number): SignalSets | undefined {
  return parseSignalSets(readText(`/proc/${pid}/status`) ?? '');
}

/** A zombie has its limits still. */
export function readFileSizeLimit(pid: number, start: bigint): FileSizeLimit | undefined {
  const limit = parseFileSizeLimit(readText(`/proc/${pid}/limits`) ?? '');
  return readStatOf(pid, start) && limit;
}
