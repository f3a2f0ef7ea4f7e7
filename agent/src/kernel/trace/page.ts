/**
 * Reads one page of the kernel's trace ring buffer, as `per_cpu/cpuN/trace_pipe_raw` gives it.
 *
 * Layout (include/linux/ring_buffer.h, kernel/trace/ring_buffer.c; offsets of the head from events/header_page)
 *   head     u64 time of the first event, then `commit`: bytes of data, with two flags
 *   event    u32: type_len in the lower 5 bits, time since the last event in the upper 27
 *     1..28  data of 4 × type_len bytes
 *     0      u32 length, itself included, then the data
 *     29     padding: of `u32` bytes, or with time 0 all the rest of the page
 *     30     the time grows by another u32 << 27
 *     31     the time is u32 << 27 | time, and of the page's own time the upper 5 bits
 *   behind the data, with the flag `stored`: u64, how many events were overwritten before this page
 *
 * Never throws and never runs past the page, whatever the bytes: a length that does not fit ends the reading, and the
 * page is `damaged`.
 */
import type { PageLayout } from './event-format.js';

export interface RawEvent {
  /** Nanoseconds of the instance's clock. */
  readonly at: bigint;
  /** A view, from the event's `common_type` on. */
  readonly data: DataView;
}

export interface Page {
  readonly at: bigint;
  readonly events: readonly RawEvent[];
  /** Events that were overwritten before this page; `unknown` where the page had no room for the number. */
  readonly missed: number | 'unknown';
  readonly damaged: boolean;
}

const missedFlag = 0x8000_0000;
const storedFlag = 0x4000_0000;
const lengthMask = 0x07ff_ffff;
const typeBits = 5;
const timeBits = 27n;
const absoluteMask = (1n << 59n) - 1n;
const types = { dataMax: 28, padding: 29, timeExtend: 30, timeStamp: 31 } as const;

const noPage: Page = { at: 0n, events: [], missed: 0, damaged: true };

export function readPage(bytes: Uint8Array, layout: PageLayout): Page {
  if (bytes.byteLength < layout.dataOffset) return noPage;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const at = view.getBigUint64(layout.timestamp.offset, true);
  const commit = view.getUint32(layout.commit.offset, true);
  const end = layout.dataOffset + (commit & lengthMask);
  if (end > bytes.byteLength) return { ...noPage, at };
  const { events, damaged } = readEvents(view, layout.dataOffset, end, at);
  return { at, events, missed: readMissed(view, commit, end), damaged };
}

function readMissed(view: DataView, commit: number, end: number): number | 'unknown' {
  if ((commit & missedFlag) === 0) return 0;
  if ((commit & storedFlag) === 0 || end + 8 > view.byteLength) return 'unknown';
  const count = view.getBigUint64(end, true);
  return count > 0n && count <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(count) : 'unknown';
}

function readEvents(view: DataView, from: number, end: number, pageAt: bigint) {
  const events: RawEvent[] = [];
  let at = pageAt;
  let offset = from;
  while (offset + 4 <= end) {
    const head = view.getUint32(offset, true);
    const type = head & ((1 << typeBits) - 1);
    const delta = head >>> typeBits;
    if (type === types.padding && delta === 0) break;
    const short = type > 0 && type <= types.dataMax;
    if (!short && offset + 8 > end) return { events, damaged: true };
    const word = short ? 0 : view.getUint32(offset + 4, true);
    if (type === types.timeStamp) {
      at = (at & ~absoluteMask) | (BigInt(word) << timeBits) | BigInt(delta);
      offset += 8;
      continue;
    }
    at = BigInt.asUintN(64, at + BigInt(delta));
    if (type === types.timeExtend) {
      at = BigInt.asUintN(64, at + (BigInt(word) << timeBits));
      offset += 8;
      continue;
    }
    const next = offset + 4 + (short ? type * 4 : word);
    if (next > end || next < offset + 8) return { events, damaged: true };
    const data = offset + (type === 0 ? 8 : 4);
    if (type !== types.padding) {
      events.push({ at, data: new DataView(view.buffer, view.byteOffset + data, next - data) });
    }
    offset = next;
  }
  return { events, damaged: false };
}
