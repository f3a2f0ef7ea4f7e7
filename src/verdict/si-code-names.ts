/**
 * Names and meanings of siginfo's si_code. Source: include/uapi/asm-generic/siginfo.h; the meanings are those of
 * sigaction(2) in words that say what to look for.
 */
import { siCodes } from './signal-origin.js';
import { signals } from './signal-names.js';

/** `SEGV_MAPERR`, `SI_USER`, or the bare number. */
export function siCodeName(signal: number, code: number): string {
  if (code > 0 && code < siCodes.SI_KERNEL) return faultCodes[signal]?.[code]?.name ?? `si_code ${code}`;
  return general[code] ?? `si_code ${code}`;
}

/** What a fault code means; null for codes that say nothing. */
export function faultMeaning(signal: number, code: number): string | null {
  if (code === siCodes.SI_KERNEL) return kernelFaults[signal] ?? null;
  return faultCodes[signal]?.[code]?.meaning ?? null;
}

export const busHardwareCodes: ReadonlySet<number> = new Set([4, 5]);
export const sysSeccomp = 1;

interface FaultCode {
  readonly name: string;
  readonly meaning: string;
}

const general: Readonly<Record<number, string>> = {
  0: 'SI_USER',
  [-1]: 'SI_QUEUE',
  [-2]: 'SI_TIMER',
  [-3]: 'SI_MESGQ',
  [-4]: 'SI_ASYNCIO',
  [-5]: 'SI_SIGIO',
  [-6]: 'SI_TKILL',
  128: 'SI_KERNEL',
};

/** Faults for which the kernel gives neither a code nor an address. */
const kernelFaults: Readonly<Record<number, string>> = {
  [signals.SIGSEGV]: 'general protection fault or unusable stack, for which the kernel gives no address',
  [signals.SIGTRAP]: 'breakpoint instruction',
};

const faultCodes: Readonly<Record<number, Readonly<Record<number, FaultCode>>>> = {
  [signals.SIGSEGV]: {
    1: { name: 'SEGV_MAPERR', meaning: 'nothing is mapped there' },
    2: { name: 'SEGV_ACCERR', meaning: 'the mapping does not permit this access' },
    3: { name: 'SEGV_BNDERR', meaning: 'bounds check failed' },
    4: { name: 'SEGV_PKUERR', meaning: 'memory protection key forbids it' },
    5: { name: 'SEGV_ACCADI', meaning: 'memory tagging is not enabled there' },
    6: { name: 'SEGV_ADIDERR', meaning: 'memory tag mismatch' },
    7: { name: 'SEGV_ADIPERR', meaning: 'memory tag mismatch' },
    8: { name: 'SEGV_MTEAERR', meaning: 'memory tag mismatch, reported late' },
    9: { name: 'SEGV_MTESERR', meaning: 'memory tag mismatch' },
    10: { name: 'SEGV_CPERR', meaning: 'return address was tampered with (shadow stack)' },
  },
  [signals.SIGBUS]: {
    1: { name: 'BUS_ADRALN', meaning: 'misaligned access' },
    2: { name: 'BUS_ADRERR', meaning: 'mapped file is shorter than the mapping, or no page could be had' },
    3: { name: 'BUS_OBJERR', meaning: 'hardware error at this address' },
    4: { name: 'BUS_MCEERR_AR', meaning: 'memory is defective: uncorrected hardware error, check mcelog or EDAC' },
    5: { name: 'BUS_MCEERR_AO', meaning: 'memory is defective: uncorrected hardware error, check mcelog or EDAC' },
  },
  [signals.SIGFPE]: {
    1: { name: 'FPE_INTDIV', meaning: 'integer division by zero' },
    2: { name: 'FPE_INTOVF', meaning: 'integer overflow' },
    3: { name: 'FPE_FLTDIV', meaning: 'floating-point division by zero' },
    4: { name: 'FPE_FLTOVF', meaning: 'floating-point overflow' },
    5: { name: 'FPE_FLTUND', meaning: 'floating-point underflow' },
    6: { name: 'FPE_FLTRES', meaning: 'inexact floating-point result' },
    7: { name: 'FPE_FLTINV', meaning: 'invalid floating-point operation' },
    8: { name: 'FPE_FLTSUB', meaning: 'subscript out of range' },
    14: { name: 'FPE_FLTUNK', meaning: 'floating-point exception of unknown kind' },
    15: { name: 'FPE_CONDTRAP', meaning: 'trap on condition' },
  },
  [signals.SIGILL]: {
    1: { name: 'ILL_ILLOPC', meaning: 'illegal opcode' },
    2: { name: 'ILL_ILLOPN', meaning: 'illegal instruction, as compilers put for a failed check' },
    3: { name: 'ILL_ILLADR', meaning: 'illegal addressing mode' },
    4: { name: 'ILL_ILLTRP', meaning: 'illegal trap' },
    5: { name: 'ILL_PRVOPC', meaning: 'privileged opcode' },
    6: { name: 'ILL_PRVREG', meaning: 'privileged register' },
    7: { name: 'ILL_COPROC', meaning: 'coprocessor error' },
    8: { name: 'ILL_BADSTK', meaning: 'internal stack error' },
    9: { name: 'ILL_BADIADDR', meaning: 'unimplemented instruction address' },
  },
  [signals.SIGTRAP]: {
    1: { name: 'TRAP_BRKPT', meaning: 'breakpoint' },
    2: { name: 'TRAP_TRACE', meaning: 'single step' },
    3: { name: 'TRAP_BRANCH', meaning: 'branch taken while traced' },
    4: { name: 'TRAP_HWBKPT', meaning: 'hardware breakpoint or watchpoint' },
    5: { name: 'TRAP_UNK', meaning: 'trap of unknown kind' },
    6: { name: 'TRAP_PERF', meaning: 'perf event asked for the signal' },
  },
  [signals.SIGSYS]: {
    1: { name: 'SYS_SECCOMP', meaning: 'a seccomp filter forbade the system call' },
    2: { name: 'SYS_USER_DISPATCH', meaning: 'the process asked for its system calls to be intercepted' },
  },
};
