import { constants } from 'node:os';
import { expect, it } from 'vitest';
import { signalName } from './signal-names.js';

it.runIf(process.platform === 'linux' && ['x64', 'arm64'].includes(process.arch))('agrees_with_this_kernel', () => {
  const aliases = new Set(['SIGIOT', 'SIGPOLL', 'SIGCLD', 'SIGUNUSED']);
  const here = Object.entries(constants.signals).filter(([name]) => !aliases.has(name));
  expect(here).toHaveLength(31);
  for (const [name, number] of here) expect(signalName(number)).toBe(name);
});

it.each([
  [32, 'signal 32'],
  [34, 'SIGRTMIN'],
  [37, 'SIGRTMIN+3'],
  [64, 'SIGRTMAX'],
  [0, 'signal 0'],
  [99, 'signal 99'],
])('names_%i_%s', (number, name) => {
  expect(signalName(number)).toBe(name);
});
