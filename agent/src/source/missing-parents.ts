/**
 * The kernel's task iterator can leave a process out (Linux 6.18 of the development machines never lists pid 1, see
 * docs/kernel-notes.md). Its children's records still name it, with its exact start; /proc tells the rest.
 */
import { nanosecondsToTicks } from '../kernel/boot-clock.js';
import type { TaskRecord } from '../kernel/record.js';
import { readTask } from './procfs.js';

export function withMissingParents(tasks: readonly TaskRecord[]): readonly TaskRecord[] {
  const listed = new Set(tasks.map(({ who }) => who.pid));
  const found: TaskRecord[] = [];
  for (const { at, who } of tasks) {
    const { parentPid, parentStart } = who;
    if (parentPid === 0 || listed.has(parentPid)) continue;
    listed.add(parentPid);
    const parent = readTask(parentPid);
    if (parent === undefined || nanosecondsToTicks(parent.start) !== nanosecondsToTicks(parentStart)) continue;
    const grandparent = tasks.find((task) => task.who.pid === parent.parentPid);
    found.push({ kind: 'task', at, who: { ...parent, start: parentStart, parentStart: grandparent?.who.start ?? 0n } });
  }
  return found.length === 0 ? tasks : [...found, ...tasks];
}
