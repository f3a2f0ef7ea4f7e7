/**
 * Signal numbers and their default actions. Numbering of x86 and arm (asm-generic/signal.h); mips, sparc and alpha
 * differ and are not supported. 32 and 33 belong to the thread library, so SIGRTMIN is glibc's 34 (musl's is 35).
 * Source: signal(7).
 */

export function signalName(number: number): string {
  const name = names[number - 1];
  if (name !== undefined) return name;
  if (number === 34) return 'SIGRTMIN';
  if (number === 64) return 'SIGRTMAX';
  if (number > 34 && number < 64) return `SIGRTMIN+${number - 34}`;
  return `signal ${number}`;
}

/** The default action ends the process (with or without a core dump). */
export function endsByDefault(number: number): boolean {
  return !survivable.has(number);
}

/** The default action also dumps core. */
export function dumpsCoreByDefault(number: number): boolean {
  return coreDumping.has(number);
}

const names: readonly string[] = [
  'SIGHUP',
  'SIGINT',
  'SIGQUIT',
  'SIGILL',
  'SIGTRAP',
  'SIGABRT',
  'SIGBUS',
  'SIGFPE',
  'SIGKILL',
  'SIGUSR1',
  'SIGSEGV',
  'SIGUSR2',
  'SIGPIPE',
  'SIGALRM',
  'SIGTERM',
  'SIGSTKFLT',
  'SIGCHLD',
  'SIGCONT',
  'SIGSTOP',
  'SIGTSTP',
  'SIGTTIN',
  'SIGTTOU',
  'SIGURG',
  'SIGXCPU',
  'SIGXFSZ',
  'SIGVTALRM',
  'SIGPROF',
  'SIGWINCH',
  'SIGIO',
  'SIGPWR',
  'SIGSYS',
];

/** The numbers that rules speak of. */
export const signals = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGILL: 4,
  SIGTRAP: 5,
  SIGABRT: 6,
  SIGBUS: 7,
  SIGFPE: 8,
  SIGKILL: 9,
  SIGSEGV: 11,
  SIGPIPE: 13,
  SIGALRM: 14,
  SIGTERM: 15,
  SIGCHLD: 17,
  SIGCONT: 18,
  SIGSTOP: 19,
  SIGTSTP: 20,
  SIGTTIN: 21,
  SIGTTOU: 22,
  SIGURG: 23,
  SIGXCPU: 24,
  SIGXFSZ: 25,
  SIGVTALRM: 26,
  SIGPROF: 27,
  SIGWINCH: 28,
  SIGSYS: 31,
} as const;

const survivable: ReadonlySet<number> = new Set([
  signals.SIGCHLD,
  signals.SIGCONT,
  signals.SIGSTOP,
  signals.SIGTSTP,
  signals.SIGTTIN,
  signals.SIGTTOU,
  signals.SIGURG,
  signals.SIGWINCH,
]);

const coreDumping: ReadonlySet<number> = new Set([
  signals.SIGQUIT,
  signals.SIGILL,
  signals.SIGTRAP,
  signals.SIGABRT,
  signals.SIGBUS,
  signals.SIGFPE,
  signals.SIGSEGV,
  signals.SIGXCPU,
  signals.SIGXFSZ,
  signals.SIGSYS,
]);
