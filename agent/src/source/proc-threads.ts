/** Reads of /proc about threads and signals. Every answer can be "gone". */
import { readdirSync } from 'node:fs';
import { parseSignalSets, type SignalSets } from '../kernel/signal-sets.js';
import { readText } from './proc.js';

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
