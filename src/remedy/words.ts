/** Names in sentences; everything that a process chose for itself is escaped. */
import { plainOrQuoted } from '../verdict/index.js';
import type { TargetProcessFacts } from './job-facts.js';

export function processName({ comm, ref }: Pick<TargetProcessFacts, 'comm' | 'ref'>): string {
  return `${comm === '' ? 'the process' : plainOrQuoted(comm)} (pid ${ref.pid})`;
}

export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

export function seconds(span: number): string {
  return span < 120 ? counted(Math.ceil(span), 'second') : counted(Math.ceil(span / 60), 'minute');
}
