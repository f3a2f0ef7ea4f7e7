/**
 * The kernel's BPF ring buffer, read straight from its mapping: no system call and no callback per record.
 *
 * Layout (kernel/bpf/ringbuf.c, Documentation/bpf/ringbuf.rst)
 *   page 0          consumer position, u64, ours to write
 *   page 1          producer position, u64
 *   from page 2     the data, twice in a row, so that a record never wraps. Of the second time only the beginning is
 *                   mapped: every page of a mapping counts as resident, touched or not
 *   record          u32 length with flags, u32 page offset, then `length` bytes, padded to 8
 * Flags: bit 31, the producer is still writing it; bit 30, the producer threw it away.
 *
 * Behaviour
 * - Reading and releasing are two things: `read` goes ahead of the consumer position, and only `release` gives the
 *   room back to the kernel. What an agent has read but not delivered is still there for its successor.
 * - A record that is still being written ends the reading; the kernel finishes records within microseconds.
 */
import type { Libc } from './native.js';

const busyFlag = 0x8000_0000;
const discardFlag = 0x4000_0000;
const lengthMask = 0x3fff_ffff;
const headerBytes = 8;
/** More than any record (agent/probe/record.h: an exec with its strings), and whole pages of any size. */
const wrappedBytesMax = 64 * 1024;
/** Both x86_64 and the aarch64 kernels that we meet; asked of the mapping, since a wrong guess is refused. */
const pageSizes = [4096, 16384, 65536] as const;

export class Ring {
  /** Everything before this was given to a handler. */
  readPosition: number;
  releasedPosition: number;
  readonly sizeBytes: number;
  readonly #consumer: BigUint64Array;
  readonly #producer: BigUint64Array;
  readonly #headers: Int32Array;
  readonly #data: Uint8Array;

  constructor(consumerPage: ArrayBuffer, producerAndData: ArrayBuffer, pageBytes: number, sizeBytes: number) {
    this.sizeBytes = sizeBytes;
    this.#consumer = new BigUint64Array(consumerPage, 0, 1);
    this.#producer = new BigUint64Array(producerAndData, 0, 1);
    this.#headers = new Int32Array(producerAndData, pageBytes, sizeBytes / 4);
    this.#data = new Uint8Array(producerAndData, pageBytes);
    this.readPosition = Number(Atomics.load(this.#consumer, 0));
    this.releasedPosition = this.readPosition;
  }

  /** The position that the kernel writes at. */
  producedPosition(): number {
    return Number(Atomics.load(this.#producer, 0));
  }

  /** Calls `handle` for at most `recordsMax` records and returns their number. `bytes` are valid until released. */
  read(handle: (bytes: Uint8Array, endPosition: number) => void, recordsMax: number): number {
    const produced = this.producedPosition();
    let count = 0;
    while (count < recordsMax && this.readPosition < produced) {
      const offset = this.readPosition % this.sizeBytes;
      const header = Atomics.load(this.#headers, offset / 4) >>> 0;
      if ((header & busyFlag) !== 0) break;
      const length = header & lengthMask;
      const end = this.readPosition + Math.ceil((headerBytes + length) / 8) * 8;
      this.readPosition = end;
      if ((header & discardFlag) !== 0) continue;
      handle(this.#data.subarray(offset + headerBytes, offset + headerBytes + length), end);
      count += 1;
    }
    return count;
  }

  /** Gives the room before `position` back to the kernel. */
  release(position: number): void {
    const target = Math.min(position, this.readPosition);
    if (target <= this.releasedPosition) return;
    this.releasedPosition = target;
    Atomics.store(this.#consumer, 0, BigInt(target));
  }
}

export function mapRing(libc: Libc, fd: number, sizeBytes: number): Ring | undefined {
  for (const pageBytes of pageSizes) {
    const consumer = libc.map(fd, pageBytes, 0, true);
    const data = consumer && libc.map(fd, pageBytes + sizeBytes + wrappedBytesMax, pageBytes, false);
    if (consumer && data) return new Ring(consumer, data, pageBytes, sizeBytes);
  }
  return undefined;
}
