import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LossCounters, lossMapBytes } from './losses.js';
import { Ring } from './ring.js';

const pageBytes = 64;
const sizeBytes = 256;

/** The kernel's half: writes records as kernel/bpf/ringbuf.c does, into memory that is mapped once only. */
function fakeKernel() {
  const consumer = new ArrayBuffer(pageBytes);
  const memory = new ArrayBuffer(pageBytes + sizeBytes * 2);
  const producer = new BigUint64Array(memory, 0, 1);
  const data = new Uint8Array(memory, pageBytes);
  const view = new DataView(memory, pageBytes);
  const consumed = () => Number(new BigUint64Array(consumer)[0]);
  return {
    ring: new Ring(consumer, memory, pageBytes, sizeBytes),
    /** False when there is no room. */
    write(bytes: Uint8Array, flags = 0): boolean {
      const position = Number(producer[0]);
      const total = Math.ceil((bytes.byteLength + 8) / 8) * 8;
      if (position + total - consumed() > sizeBytes - 1) return false;
      const offset = position % sizeBytes;
      // The second mapping shows the same memory again; here both halves are written.
      for (const base of [offset, offset - sizeBytes, offset + sizeBytes]) {
        if (base >= 0) view.setUint32(base, (bytes.byteLength | flags) >>> 0, true);
        bytes.forEach((byte, index) => {
          const at = base + 8 + index;
          if (at >= 0 && at < sizeBytes * 2) data[at] = byte;
        });
      }
      producer[0] = BigInt(position + total);
      return true;
    },
    settle(position: number, length: number) {
      view.setUint32(position % sizeBytes, length, true);
    },
  };
}

describe('Ring', () => {
  it('reads_every_record_whole_and_in_order_however_they_fall_on_the_end_of_the_memory', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 60 }), { maxLength: 40 }), (records) => {
        const { ring, write } = fakeKernel();
        const read: number[][] = [];
        for (const record of records) {
          expect(write(record)).toBe(true);
          ring.read((bytes) => read.push([...bytes]), 10);
          ring.release(ring.readPosition);
        }
        expect(read).toEqual(records.map((record) => [...record]));
      }),
    );
  });

  it('keeps_what_was_read_until_it_is_released', () => {
    const { ring, write } = fakeKernel();
    const record = new Uint8Array(100);
    expect(write(record)).toBe(true);
    expect(write(record)).toBe(true);
    expect(ring.read(() => undefined, 10)).toBe(2);
    expect(write(record)).toBe(false);
    ring.release(ring.readPosition);
    expect(write(record)).toBe(true);
  });

  it('stops_at_a_record_that_is_still_being_written_and_reads_it_once_it_is_whole', () => {
    const { ring, write, settle } = fakeKernel();
    write(new Uint8Array([1]));
    write(new Uint8Array([2]), 0x8000_0000);
    write(new Uint8Array([3]));
    const read: number[] = [];
    ring.read((bytes) => read.push(...bytes), 10);
    expect(read).toEqual([1]);
    settle(16, 1);
    ring.read((bytes) => read.push(...bytes), 10);
    expect(read).toEqual([1, 2, 3]);
  });

  it('skips_a_record_that_was_thrown_away', () => {
    const { ring, write } = fakeKernel();
    write(new Uint8Array([1]), 0x4000_0000);
    write(new Uint8Array([2]));
    const read: number[] = [];
    expect(ring.read((bytes) => read.push(...bytes), 10)).toBe(1);
    expect(read).toEqual([2]);
  });

  it('reads_no_more_than_it_is_asked_to_and_never_releases_what_was_not_read', () => {
    const { ring, write } = fakeKernel();
    for (let index = 0; index < 5; index += 1) write(new Uint8Array([index]));
    expect(ring.read(() => undefined, 2)).toBe(2);
    ring.release(1_000);
    expect(ring.releasedPosition).toBe(32);
    ring.release(16);
    expect(ring.releasedPosition).toBe(32);
  });
});

describe('LossCounters', () => {
  it('adds_up_over_all_kinds_once', () => {
    const memory = new ArrayBuffer(lossMapBytes);
    const fields = new BigUint64Array(memory);
    const counters = new LossCounters(memory);
    expect(counters.take()).toBeUndefined();
    fields.set([3n, 100n, 300n], 3);
    fields.set([2n, 90n, 200n], 12);
    expect(counters.take()).toEqual({ count: 5, since: 90n, until: 300n });
    expect(counters.take()).toBeUndefined();
    fields[3] = 1n;
    expect(counters.take()).toEqual({ count: 1, since: 300n, until: 300n });
  });
});
