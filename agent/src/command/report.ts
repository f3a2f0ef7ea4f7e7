/** A report that says nothing yet. */
import type { Report } from '../contract.js';
import type { System } from './system.js';

export function blankReport(system: Pick<System, 'bootId' | 'bootNanoseconds'>, command: string): Report {
  return {
    version: 1,
    command,
    state: 'UNKNOWN',
    detail: '',
    bootId: system.bootId,
    at: system.bootNanoseconds().toString(),
    steps: [],
    before: {},
    after: {},
    actors: [],
  };
}
