/** pidfd_open(2) and pidfd_send_signal(2), since Linux 5.3 and 5.1: through koffi, as the rest that Node lacks (source/native.ts). */
import { failure, success, type Result } from '../result.js';

export interface Pidfd {
  /** A descriptor, or -errno. */
  open(pid: number): number;
  /** 0 or an errno. */
  signal(fd: number, signal: number): number;
  hasEnded(fd: number): boolean;
}

/** The same on every architecture. */
const call = { pidfdSendSignal: 424, pidfdOpen: 434 } as const;
const pollIn = 1;

export async function loadPidfd(): Promise<Result<Pidfd>> {
  try {
    const { default: koffi } = await import('koffi');
    const library = koffi.load('libc.so.6');
    // Declared by what is passed; whole numbers go the same way to a function with any number of arguments.
    const syscall = library.func('long syscall(long, long, long, long, long)');
    const poll = library.func('int poll(void*, unsigned long, int)');
    return success({
      open(pid) {
        const fd = Number(syscall(call.pidfdOpen, pid, 0, 0, 0));
        return fd >= 0 ? fd : -koffi.errno();
      },
      signal: (fd, signal) => (Number(syscall(call.pidfdSendSignal, fd, signal, 0, 0)) < 0 ? koffi.errno() : 0),
      hasEnded(fd) {
        const query = Buffer.alloc(8);
        query.writeInt32LE(fd, 0);
        query.writeInt16LE(pollIn, 4);
        return (poll(query, 1, 0) as number) > 0;
      },
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n')[0] : String(error);
    return failure('command/not-possible', `Signals cannot be sent safely: koffi cannot be loaded (${reason}).`);
  }
}
