/**
 * One side of a comparison: a tool that watches processes die.
 *
 * @typedef {object} Tracing a tool at work
 * @property {readonly number[]} pids whose CPU time and memory are its own
 * @property {(load: import('../support/load.mjs').Load) => Promise<void>} digest waits until it has nothing left to do
 * @property {(load: import('../support/load.mjs').Load) => Promise<Seen | undefined>} check undefined where it does not
 *   say who killed whom
 * @property {() => Promise<void>} stop
 *
 * @typedef {object} Seen
 * @property {number} lost kills that it does not know of
 * @property {number} wrong kills that it lays at another process' door
 *
 * @typedef {object} Tracer
 * @property {string} name
 * @property {() => string | undefined} whyNot why it cannot run here
 * @property {() => Promise<Tracing>} start ready to see everything when this resolves
 */
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** @param {string} program */
export function isInstalled(program) {
  return (process.env['PATH'] ?? '').split(delimiter).some((directory) => {
    try {
      accessSync(join(directory, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/**
 * Compares with what happened; a pid counts as often as it was killed.
 * @param {readonly number[]} killed @param {readonly { pid: number, right: boolean }[]} seen @returns {Seen}
 */
export function compare(killed, seen) {
  const open = new Map();
  for (const pid of killed) open.set(pid, (open.get(pid) ?? 0) + 1);
  let found = 0;
  let wrong = 0;
  for (const { pid, right } of seen) {
    const left = open.get(pid) ?? 0;
    // One too many is as wrong as one of somebody else's.
    if (left === 0 || !right) wrong += 1;
    if (left > 0) found += 1;
    open.set(pid, left - 1);
  }
  return { lost: killed.length - found, wrong };
}
