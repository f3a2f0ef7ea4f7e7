import { describe, expect, it } from 'vitest';
import { alice, process } from './example.js';
import { isInteractiveShell } from './interactive-shell.js';

const shell = (...args: string[]) => process({ pid: 4000, comm: 'bash', args, login: alice });

describe('isInteractiveShell', () => {
  it.each([['-bash'], ['bash', '-i'], ['bash', '--login'], ['bash', '--rcfile', 'x', '-i'], ['bash', '-o', 'vi']])(
    'says_yes_to_%j %j %j %j',
    (...args) => {
      expect(isInteractiveShell(shell(...args.filter((arg) => arg !== undefined)))).toBe(true);
    },
  );

  it.each([['bash', '-c', 'x'], ['bash', '-lc', 'x'], ['bash', 'run.sh'], ['fish', '--command=x'], []])(
    'says_no_to_%j %j %j',
    (...args) => {
      expect(isInteractiveShell(shell(...args.filter((arg) => arg !== undefined)))).toBe(false);
    },
  );

  it('says_no_without_a_login_a_terminal_a_shell_or_the_whole_command_line', () => {
    const yes = shell('-bash');
    expect(isInteractiveShell({ ...yes, login: null })).toBe(false);
    expect(isInteractiveShell({ ...yes, login: { ...alice, tty: null } })).toBe(false);
    expect(isInteractiveShell({ ...yes, comm: 'python3' })).toBe(false);
    expect(isInteractiveShell({ ...yes, argsCut: true })).toBe(false);
  });
});
