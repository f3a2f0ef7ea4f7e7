/**
 * Whether a person types at this shell: it descends from a login, has a terminal, and was given neither a command (`-c`)
 * nor a script. A shell of which the command line is not known, or cut, does not count.
 */
import type { ProcessFacts } from './facts.js';

export function isInteractiveShell(process: ProcessFacts): boolean {
  if (process.login === null || process.login.tty === null) return false;
  if (!shells.has(process.comm) || process.args.length === 0 || process.argsCut) return false;
  return !runsSomething(process.args.slice(1));
}

const shells: ReadonlySet<string> = new Set(['sh', 'ash', 'bash', 'dash', 'ksh', 'mksh', 'zsh', 'fish', 'csh', 'tcsh']);
const optionsWithValue: ReadonlySet<string> = new Set(['--rcfile', '--init-file', '-o', '+o', '-O', '+O']);

function runsSomething(args: readonly string[]): boolean {
  if (args.some(isCommandOption)) return true;
  return args.some((arg, index) => !/^[-+]/.test(arg) && !optionsWithValue.has(args[index - 1] ?? ''));
}

/** `-c`, also within a cluster (`-lc`), and fish's long form. */
function isCommandOption(arg: string): boolean {
  return /^-[a-zA-Z]*c/.test(arg) || /^--command(=|$)/.test(arg);
}
