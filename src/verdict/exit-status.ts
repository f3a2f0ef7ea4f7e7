/**
 * What exit statuses customarily mean. Custom only: a program may mean anything by them.
 * Sources: POSIX 2.8.2 (126, 127, above 128), sysexits.h (64..78), coreutils (124, 125).
 */
import { signalName, signals } from './signal-names.js';

/** Null where there is no custom. Statuses above 128 are `shellSignalOf`. */
export function customaryMeaning(status: number): string | null {
  return customs[status] ?? null;
}

/** The signal by which a shell's child ended, when a shell passes that on as 128 + n. */
export function shellSignalOf(status: number): number | null {
  return status > 128 && status <= 192 ? status - 128 : null;
}

export function shellSignalNote(signal: number): string {
  const name = signalName(signal);
  const caught = signal === signals.SIGKILL ? '' : `, and programs use it to say that they stopped on ${name}`;
  return `A shell exits with ${128 + signal} when the command that it ran was ended by ${name}${caught}.`;
}

const customs: Readonly<Record<number, string>> = {
  1: 'general error',
  2: 'wrong usage',
  64: 'EX_USAGE, wrong usage',
  65: 'EX_DATAERR, bad input data',
  66: 'EX_NOINPUT, input cannot be opened',
  67: 'EX_NOUSER, unknown user',
  68: 'EX_NOHOST, unknown host',
  69: 'EX_UNAVAILABLE, service unavailable',
  70: 'EX_SOFTWARE, internal error',
  71: 'EX_OSERR, operating system error',
  72: 'EX_OSFILE, system file missing',
  73: 'EX_CANTCREAT, output cannot be created',
  74: 'EX_IOERR, input or output error',
  75: 'EX_TEMPFAIL, temporary failure',
  76: 'EX_PROTOCOL, protocol error',
  77: 'EX_NOPERM, permission denied',
  78: 'EX_CONFIG, configuration error',
  124: 'timeout(1) ran out of time',
  125: 'the wrapper itself failed, as timeout(1) or docker run say',
  126: 'command found but not executable',
  127: 'command not found',
  255: 'exit(-1), or the connection of ssh failed',
};
