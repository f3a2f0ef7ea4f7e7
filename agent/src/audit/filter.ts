/** A typed filter over living processes: everything that is given holds. Pure. */
import type { AuditProcessFilter } from '../contract.js';
import type { Draft, Need, ProcessFacts } from './facts.js';
import { aboutProcess, has, programOf } from './judging.js';

export const needsOf = ({ fdsMin, states }: AuditProcessFilter): readonly Need[] => [
  'processes',
  ...(fdsMin === undefined ? [] : (['files'] as const)),
  ...(states === undefined ? [] : (['states'] as const)),
];

export function matching(filter: AuditProcessFilter, processes: readonly ProcessFacts[]): readonly Draft[] {
  return processes
    .filter((process) => matches(filter, process))
    .map((process) => {
      const { state, residentBytes, ageSeconds, threads, openFiles } = process;
      const facts = { state, residentBytes, ageSeconds, threads, ...(openFiles !== undefined && { openFiles }) };
      return aboutProcess(process, 'INFO', facts);
    });
}

function matches(filter: AuditProcessFilter, process: ProcessFacts): boolean {
  const { exe, unit, user, states, memoryBytesMin, memoryBytesMax, fdsMin } = filter;
  const { olderThanSeconds, youngerThanSeconds } = filter;
  return (
    (exe === undefined || process.exe === exe || (process.exe !== undefined && programOf(process) === exe)) &&
    (unit === undefined || process.unit === unit) &&
    (user === undefined || process.userName === user || String(process.uid) === user) &&
    matchesSignals(filter, process) &&
    (memoryBytesMin === undefined || process.residentBytes >= memoryBytesMin) &&
    (memoryBytesMax === undefined || process.residentBytes <= memoryBytesMax) &&
    (fdsMin === undefined || (process.openFiles ?? 0) >= fdsMin) &&
    (states === undefined || states.some((state) => state === process.state)) &&
    (olderThanSeconds === undefined || process.ageSeconds > olderThanSeconds) &&
    (youngerThanSeconds === undefined || process.ageSeconds < youngerThanSeconds)
  );
}

/** Who asks about signals means processes, and kernel threads have none that count. */
function matchesSignals(filter: AuditProcessFilter, { caught, ignored, blocked, kernelThread }: ProcessFacts): boolean {
  const { catches, ignores, blocks, defaults } = filter;
  const asked = [catches, ignores, blocks, defaults].some((list) => list !== undefined);
  if (asked && kernelThread) return false;
  const all = (list: readonly number[] | undefined, set: bigint) =>
    list === undefined || list.every((signal) => has(set, signal));
  return (
    all(catches, caught) &&
    all(ignores, ignored) &&
    all(blocks, blocked) &&
    (defaults === undefined || defaults.every((signal) => !has(caught | ignored, signal)))
  );
}
