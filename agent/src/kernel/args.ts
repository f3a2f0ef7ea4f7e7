/** A command line as the kernel keeps it: arguments one after the other, each ended by NUL. */
import { limits } from '../contract.js';

export interface Args {
  readonly args: readonly string[];
  /** There was more than is kept here. */
  readonly argsCut: boolean;
}

/** `cut` says that `text` is only the beginning; its last argument is then incomplete too. */
export function splitArgs(text: string, cut: boolean): Args {
  if (text === '') return { args: [], argsCut: cut };
  const complete = text.endsWith('\0') ? text.slice(0, -1) : text;
  const args = complete.split('\0');
  if (args.length <= limits.argsCountMax) return { args, argsCut: cut };
  return { args: args.slice(0, limits.argsCountMax), argsCut: true };
}

/**
 * /proc/PID/cmdline. A process that overwrites its title (sendmail, postgres, nginx) leaves a tail of NULs, or of
 * spaces, behind it.
 */
export function parseCmdline(text: string, cut: boolean): Args {
  const end = cut ? text.length : lengthWithoutTail(text);
  return splitArgs(end === text.length ? text : `${text.slice(0, end)}\0`, cut);
}

function lengthWithoutTail(text: string): number {
  let end = text.length;
  const tailIsLong = text.endsWith('\0\0') || text.endsWith(' ') || text.endsWith(' \0');
  if (!tailIsLong) return end;
  while (end > 0 && (text[end - 1] === '\0' || text[end - 1] === ' ')) end -= 1;
  return end;
}
