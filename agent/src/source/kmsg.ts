/** /dev/kmsg: one record a read, from the oldest that the kernel still has. Layout: kernel/log/kmsg-record.ts. */
import { closeSync, constants, openSync, readSync } from 'node:fs';
import { decodeUtf8 } from '../bytes/text.js';
import { parseKmsgRecord, type KmsgRecord } from '../kernel/log/kmsg-record.js';
import { failure, success, type Result } from '../result.js';

/** PRINTKRB_RECORD_MAX of kernel/printk/internal.h is 1 KiB, extended with its dictionary 8 KiB. */
const recordBytesMax = 16 * 1024;

export class Kmsg {
  readonly #fd: number;
  readonly #buffer = Buffer.allocUnsafe(recordBytesMax);

  constructor(fd: number) {
    this.#fd = fd;
  }

  /**
   * Up to so many records, in order; what was overwritten shows as a gap in their sequences.
   * @returns whether there may be more
   */
  read(take: (record: KmsgRecord) => void, recordsMax: number): boolean {
    for (let count = 0; count < recordsMax; count += 1) {
      const bytes = this.#readOne();
      if (bytes === undefined) return false;
      const record = parseKmsgRecord(decodeUtf8(bytes));
      if (record) take(record);
    }
    return true;
  }

  close(): void {
    closeSync(this.#fd);
  }

  /** Undefined when there is no more. */
  #readOne(): Uint8Array | undefined {
    for (;;) {
      try {
        const length = readSync(this.#fd, this.#buffer, 0, recordBytesMax, null);
        return length === 0 ? undefined : this.#buffer.subarray(0, length);
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        // Overwritten before we read it: the next read gives the oldest that is left.
        if (code !== 'EPIPE' && code !== 'EINTR') return undefined;
      }
    }
  }
}

export function openKmsg(path = '/dev/kmsg'): Result<Kmsg> {
  try {
    return success(new Kmsg(openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? 'there is no such file here' : `not permitted without CAP_SYSLOG (${code})`;
    return failure(
      'kernel-log/unreadable',
      `The kernel log is not read (${path}: ${why}): OOM reports with their task tables, segfault and hung-task lines are missing.`,
    );
  }
}
