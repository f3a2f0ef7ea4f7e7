/**
 * Lines that the kernel writes when a fault ends a process, and of a task that hangs. They are written only where the
 * signal is neither caught nor ignored (unhandled_signal()). The number is the thread's, not the process's.
 *
 *   name[1]: segfault at 0 ip … sp … error 6 in lib[…]           x86, show_signal_msg(); powerpc: `segfault (11) at`
 *   traps: name[1] general protection fault ip:… sp:… error:0    x86, exc_general_protection()
 *   traps: name[1] trap divide error ip:… sp:… error:0           x86, do_trap(); without `traps: ` before 2.6.33
 *   name[1]: unhandled level 2 translation fault (11) at 0x0, …  arm64 before 4.16; riscv: `unhandled signal 11`
 *   name[1]: unhandled exception: DABT (lower EL), ESR …, …      arm64 since
 *   name[1] bad frame in rt_sigreturn frame:…                    x86
 *   INFO: task name:1 blocked for more than 120 seconds.         kernel/hung_task.c
 */
import { cutText } from '../../bytes/text.js';
import { limits, type KernelLogEvent } from '../../contract.js';

export interface FaultLine {
  readonly topic: Exclude<KernelLogEvent['topic'], 'oom'>;
  readonly pid: number;
  readonly comm: string;
  /** What ends the process; absent where nothing does. */
  readonly signal?: number;
}

type Read = (text: string) => FaultLine | undefined;

const sigill = 4;
const sigtrap = 5;
const sigbus = 7;
const sigfpe = 8;
const sigsegv = 11;

/** Undefined for any other line. */
export function parseFaultLine(text: string): FaultLine | undefined {
  for (const read of reads) {
    const line = read(text);
    if (line) return line;
  }
  return undefined;
}

const reads: readonly Read[] = [
  marked(']: segfault at ', () => ['segfault', sigsegv]),
  marked(']: segfault (', () => ['segfault', sigsegv]),
  marked('] general protection ', () => ['general-protection', sigsegv]),
  marked('] trap ', (rest) => ['trap', signalOfTrap(rest)]),
  marked('] bad frame in ', () => ['trap', sigsegv]),
  marked(']: unhandled ', (rest) => ['trap', signalOfUnhandled(rest)]),
  hungTask,
];

/** `name[pid` stands before the marker; the name may itself hold brackets. */
function marked(marker: string, meaning: (rest: string) => [FaultLine['topic'], number]): Read {
  return (text) => {
    const end = text.indexOf(marker);
    if (end < 0) return undefined;
    const open = text.lastIndexOf('[', end);
    const name = text.slice(0, Math.max(open, 0)).replace(/^traps: /, '');
    const process = partyOf(name, text.slice(open + 1, end));
    if (process === undefined) return undefined;
    const [topic, signal] = meaning(text.slice(end + marker.length));
    return { topic, ...process, signal };
  };
}

function hungTask(text: string): FaultLine | undefined {
  const start = 'INFO: task ';
  const end = text.indexOf(' blocked ');
  if (end < 0 || !text.startsWith(start)) return undefined;
  const colon = text.lastIndexOf(':', end);
  const process = partyOf(text.slice(start.length, colon), text.slice(colon + 1, end));
  return process && { topic: 'hung-task', ...process };
}

function partyOf(comm: string, digits: string): { readonly pid: number; readonly comm: string } | undefined {
  const pid = Number(digits);
  // A name is at most TASK_COMM_LEN, escapes of its bytes four times that.
  if (comm === '' || comm.length > limits.commCharactersMax) return undefined;
  if (!/^\d{1,7}$/.test(digits) || pid > limits.pidMax || pid === 0) return undefined;
  return { pid, comm: cutText(comm, limits.commCharactersMax) };
}

/** arch/x86/kernel/traps.c. */
function signalOfTrap(rest: string): number {
  if (/^(divide error|coprocessor|x87|SIMD|fpu exception|simd exception)/i.test(rest)) return sigfpe;
  if (rest.startsWith('invalid opcode')) return sigill;
  if (/^(int3|debug)/.test(rest)) return sigtrap;
  if (/^(invalid TSS|segment not present|stack segment|alignment check)/.test(rest)) return sigbus;
  return sigsegv;
}

/** arch/arm64/kernel/traps.c and mm/fault.c, arch/riscv/kernel/traps.c. */
function signalOfUnhandled(rest: string): number {
  const said = /^signal (\d{1,2}) /.exec(rest) ?? /^[^()]{1,80} \((\d{1,2})\) at /.exec(rest);
  const signal = Number(said?.[1] ?? 0);
  if (signal >= 1 && signal <= 64) return signal;
  if (/undefined instruction|Illegal|UNDEF/.test(rest)) return sigill;
  if (/alignment|external abort|bus error/i.test(rest)) return sigbus;
  return /BRK|breakpoint|single step/i.test(rest) ? sigtrap : sigsegv;
}
