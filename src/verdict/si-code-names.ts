/**
 * Names and meanings of siginfo's si_code. Source: include/uapi/asm-generic/siginfo.h; the meanings are those of
 * sigaction(2) in words that say what to look for.
 */
import type { Text } from './text.js';
import { siCodes } from './signal-origin.js';
import { signals } from './signal-names.js';

/** `SEGV_MAPERR`, `SI_USER`, or the bare number. */
export function siCodeName(signal: number, code: number): string {
  if (code > 0 && code < siCodes.SI_KERNEL) return faultCodes[signal]?.[code]?.name ?? `si_code ${code}`;
  return general[code] ?? `si_code ${code}`;
}

/** What a fault code means; null for codes that say nothing. */
export function faultMeaning(signal: number, code: number): Text | null {
  if (code === siCodes.SI_KERNEL) return kernelFaults[signal] ?? null;
  return faultCodes[signal]?.[code]?.meaning ?? null;
}

export const busHardwareCodes: ReadonlySet<number> = new Set([4, 5]);
export const sysSeccomp = 1;

interface FaultCode {
  readonly name: string;
  readonly meaning: Text;
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
const kernelFaults: Readonly<Record<number, Text>> = {
  [signals.SIGSEGV]: {
    en: 'general protection fault or unusable stack, for which the kernel gives no address',
    zh: '一般保护错误或栈不可用，内核不给出地址',
  },
  [signals.SIGTRAP]: { en: 'breakpoint instruction', zh: '断点指令' },
};

const faultCodes: Readonly<Record<number, Readonly<Record<number, FaultCode>>>> = {
  [signals.SIGSEGV]: {
    1: { name: 'SEGV_MAPERR', meaning: { en: 'nothing is mapped there', zh: '该地址没有映射' } },
    2: { name: 'SEGV_ACCERR', meaning: { en: 'the mapping does not permit this access', zh: '映射不允许这种访问' } },
    3: { name: 'SEGV_BNDERR', meaning: { en: 'bounds check failed', zh: '边界检查失败' } },
    4: { name: 'SEGV_PKUERR', meaning: { en: 'memory protection key forbids it', zh: '被内存保护键禁止' } },
    5: { name: 'SEGV_ACCADI', meaning: { en: 'memory tagging is not enabled there', zh: '该处未启用内存标记' } },
    6: { name: 'SEGV_ADIDERR', meaning: { en: 'memory tag mismatch', zh: '内存标记不匹配' } },
    7: { name: 'SEGV_ADIPERR', meaning: { en: 'memory tag mismatch', zh: '内存标记不匹配' } },
    8: { name: 'SEGV_MTEAERR', meaning: { en: 'memory tag mismatch, reported late', zh: '内存标记不匹配，事后上报' } },
    9: { name: 'SEGV_MTESERR', meaning: { en: 'memory tag mismatch', zh: '内存标记不匹配' } },
    10: {
      name: 'SEGV_CPERR',
      meaning: { en: 'return address was tampered with (shadow stack)', zh: '返回地址被篡改（影子栈）' },
    },
  },
  [signals.SIGBUS]: {
    1: { name: 'BUS_ADRALN', meaning: { en: 'misaligned access', zh: '访问未对齐' } },
    2: {
      name: 'BUS_ADRERR',
      meaning: {
        en: 'mapped file is shorter than the mapping, or no page could be had',
        zh: '被映射的文件短于映射区，或无法取得内存页',
      },
    },
    3: { name: 'BUS_OBJERR', meaning: { en: 'hardware error at this address', zh: '该地址硬件错误' } },
    4: {
      name: 'BUS_MCEERR_AR',
      meaning: {
        en: 'memory is defective: uncorrected hardware error, check mcelog or EDAC',
        zh: '内存故障：不可纠正的硬件错误，请查 mcelog 或 EDAC',
      },
    },
    5: {
      name: 'BUS_MCEERR_AO',
      meaning: {
        en: 'memory is defective: uncorrected hardware error, check mcelog or EDAC',
        zh: '内存故障：不可纠正的硬件错误，请查 mcelog 或 EDAC',
      },
    },
  },
  [signals.SIGFPE]: {
    1: { name: 'FPE_INTDIV', meaning: { en: 'integer division by zero', zh: '整数除以零' } },
    2: { name: 'FPE_INTOVF', meaning: { en: 'integer overflow', zh: '整数溢出' } },
    3: { name: 'FPE_FLTDIV', meaning: { en: 'floating-point division by zero', zh: '浮点除以零' } },
    4: { name: 'FPE_FLTOVF', meaning: { en: 'floating-point overflow', zh: '浮点上溢' } },
    5: { name: 'FPE_FLTUND', meaning: { en: 'floating-point underflow', zh: '浮点下溢' } },
    6: { name: 'FPE_FLTRES', meaning: { en: 'inexact floating-point result', zh: '浮点结果不精确' } },
    7: { name: 'FPE_FLTINV', meaning: { en: 'invalid floating-point operation', zh: '无效的浮点运算' } },
    8: { name: 'FPE_FLTSUB', meaning: { en: 'subscript out of range', zh: '下标越界' } },
    14: { name: 'FPE_FLTUNK', meaning: { en: 'floating-point exception of unknown kind', zh: '种类未知的浮点异常' } },
    15: { name: 'FPE_CONDTRAP', meaning: { en: 'trap on condition', zh: '条件陷阱' } },
  },
  [signals.SIGILL]: {
    1: { name: 'ILL_ILLOPC', meaning: { en: 'illegal opcode', zh: '非法操作码' } },
    2: {
      name: 'ILL_ILLOPN',
      meaning: {
        en: 'illegal instruction, as compilers put for a failed check',
        zh: '非法指令，编译器常用它表示检查失败',
      },
    },
    3: { name: 'ILL_ILLADR', meaning: { en: 'illegal addressing mode', zh: '非法寻址方式' } },
    4: { name: 'ILL_ILLTRP', meaning: { en: 'illegal trap', zh: '非法陷阱' } },
    5: { name: 'ILL_PRVOPC', meaning: { en: 'privileged opcode', zh: '特权操作码' } },
    6: { name: 'ILL_PRVREG', meaning: { en: 'privileged register', zh: '特权寄存器' } },
    7: { name: 'ILL_COPROC', meaning: { en: 'coprocessor error', zh: '协处理器错误' } },
    8: { name: 'ILL_BADSTK', meaning: { en: 'internal stack error', zh: '内部栈错误' } },
    9: { name: 'ILL_BADIADDR', meaning: { en: 'unimplemented instruction address', zh: '指令地址未实现' } },
  },
  [signals.SIGTRAP]: {
    1: { name: 'TRAP_BRKPT', meaning: { en: 'breakpoint', zh: '断点' } },
    2: { name: 'TRAP_TRACE', meaning: { en: 'single step', zh: '单步' } },
    3: { name: 'TRAP_BRANCH', meaning: { en: 'branch taken while traced', zh: '跟踪时发生跳转' } },
    4: { name: 'TRAP_HWBKPT', meaning: { en: 'hardware breakpoint or watchpoint', zh: '硬件断点或观察点' } },
    5: { name: 'TRAP_UNK', meaning: { en: 'trap of unknown kind', zh: '种类未知的陷阱' } },
    6: { name: 'TRAP_PERF', meaning: { en: 'perf event asked for the signal', zh: 'perf 事件要求发送该信号' } },
  },
  [signals.SIGSYS]: {
    1: {
      name: 'SYS_SECCOMP',
      meaning: { en: 'a seccomp filter forbade the system call', zh: 'seccomp 过滤器禁止了该系统调用' },
    },
    2: {
      name: 'SYS_USER_DISPATCH',
      meaning: { en: 'the process asked for its system calls to be intercepted', zh: '进程要求拦截自己的系统调用' },
    },
  },
};
