/**
 * A segment: one file of the spool, as bytes. Pure.
 *
 * Constraints
 * - A crash tears the end of the file only; a torn or rotten place must never be taken for events.
 * - A segment says by itself whose events it holds: what is older than this boot can still be sent as what it was.
 *
 * Layout (little-endian)
 *   0   8  magic "WDSPOOL\n"
 *   8   4  u32 version, 1
 *   12     frames; the first one's payload is the header (JSON, `Header`), the others' are events
 *   frame
 *   0   4  u32 CRC-32 (zlib) of all that follows in the frame
 *   4   4  u32 bytes of payload
 *   8   8  u64 sequence of the first event within the run (the header's: of the first event of the segment)
 *   16  8  u64 ring position: every record before it is told up to and including this frame
 *   24     payload: events as JSON, one per line, without a newline after the last
 *
 * Behaviour
 * - A frame holds the events of one turn of the agent, so that events and ring position are written together or not.
 * - Reading ends at the first frame that is not whole; what is behind it in the file cannot be trusted.
 * - Another version, or a header that is not whole, makes the whole file foreign: it is set aside, never guessed at.
 */
import { crc32 } from 'node:zlib';
import type { AgentStartEvent } from '../contract.js';
import type { Tally } from './tally.js';

export interface RunHeader {
  /** The numbering that the events were given when they were written: one per start of the agent. */
  readonly epoch: string;
  readonly bootId: string;
  readonly bootedAt: string;
  /** Which ring of that boot the frames' positions are of (BPF map id); absent on a rung without one. */
  readonly ring?: string;
  /** What an epoch begins with, if what is left of this run has to be numbered anew. */
  readonly start: AgentStartEvent;
}

export interface Header extends RunHeader {
  /** Sequence of the first event. */
  readonly first: number;
  /** What the run had numbered before it; agents before the ledger do not say. */
  readonly read?: Tally;
}

export interface Frame {
  readonly sequence: number;
  readonly ringPosition: number;
  /** Events as JSON: not parsed again on their way to the wire. */
  readonly lines: readonly string[];
}

export interface Contents {
  readonly header: Header;
  readonly frames: readonly Frame[];
  /** Something that is not a whole frame stands behind the last one. */
  readonly damaged: boolean;
}

const magic = Buffer.from('WDSPOOL\n');
const version = 1;
const prefixBytes = magic.length + 4;
const frameBytes = 24;

export function encodeHeader(header: Header): Buffer {
  const prefix = Buffer.alloc(prefixBytes);
  magic.copy(prefix);
  prefix.writeUInt32LE(version, magic.length);
  return Buffer.concat([
    prefix,
    encodeFrame({ sequence: header.first, ringPosition: 0, lines: [JSON.stringify(header)] }),
  ]);
}

export function encodeFrame({ sequence, ringPosition, lines }: Frame): Buffer {
  const payload = lines.join('\n');
  const bytes = Buffer.alloc(frameBytes + Buffer.byteLength(payload));
  bytes.writeUInt32LE(bytes.length - frameBytes, 4);
  bytes.writeBigUInt64LE(BigInt(sequence), 8);
  bytes.writeBigUInt64LE(BigInt(ringPosition), 16);
  bytes.write(payload, frameBytes);
  bytes.writeUInt32LE(crc32(bytes.subarray(4)), 0);
  return bytes;
}

/** Undefined: foreign. The bytes may be the beginning of a segment only; then it looks damaged. */
export function decodeSegment(bytes: Buffer): Contents | undefined {
  const known = bytes.length >= prefixBytes && bytes.subarray(0, magic.length).equals(magic);
  if (!known || bytes.readUInt32LE(magic.length) !== version) return undefined;
  const first = decodeFrame(bytes, prefixBytes);
  if (first === undefined) return undefined;
  const frames: Frame[] = [];
  let offset = first.end;
  for (let next = decodeFrame(bytes, offset); next !== undefined; next = decodeFrame(bytes, offset)) {
    frames.push(next.frame);
    offset = next.end;
  }
  // The checksum vouches for it: we wrote this.
  const header = JSON.parse(first.frame.lines.join('\n')) as Header;
  return { header, frames, damaged: offset < bytes.length };
}

/** The sequence after the frame's last event. */
export function endOf(frame: Frame): number {
  return frame.sequence + frame.lines.length;
}

export function decodeFrame(bytes: Buffer, offset: number): { frame: Frame; end: number } | undefined {
  if (offset + frameBytes > bytes.length) return undefined;
  const end = offset + frameBytes + bytes.readUInt32LE(offset + 4);
  if (end > bytes.length || crc32(bytes.subarray(offset + 4, end)) !== bytes.readUInt32LE(offset)) return undefined;
  const frame = {
    sequence: Number(bytes.readBigUInt64LE(offset + 8)),
    ringPosition: Number(bytes.readBigUInt64LE(offset + 16)),
    lines: bytes.toString('utf8', offset + frameBytes, end).split('\n'),
  };
  return { frame, end };
}

/** Of frames in order, the index of the first that holds `sequence` or something after it. */
export function frameIndex(frames: readonly Frame[], sequence: number): number {
  return indexBehind(frames, sequence, endOf);
}

/** Of what is in order, the index of the first that ends behind `sequence`; all of them, if none does. */
export function indexBehind<T>(all: readonly T[], sequence: number, endOfOne: (one: T) => number): number {
  let low = 0;
  for (let high = all.length; low < high;) {
    const middle = (low + high) >>> 1;
    const one = all[middle];
    if (one !== undefined && endOfOne(one) > sequence) high = middle;
    else low = middle + 1;
  }
  return low;
}
