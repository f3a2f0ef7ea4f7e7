/** The checks as a table: a line each, what to do below it. */
import { escapeControls } from '../log.js';
import type { Check } from './check.js';

export function render(checks: readonly Check[]): string {
  const states = Math.max(...checks.map(({ state }) => state.length));
  const names = Math.max(...checks.map(({ name }) => name.length));
  const indent = ' '.repeat(states + names + 4);
  return checks
    .map(({ name, state, finding, mending }) => {
      const line = `${state.padEnd(states)}  ${name.padEnd(names)}  ${escapeControls(finding)}\n`;
      return mending === undefined ? line : `${line}${indent}→ ${escapeControls(mending)}\n`;
    })
    .join('');
}
