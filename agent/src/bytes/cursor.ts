/**
 * Reads little-endian fields one after the other. Names say width and sign; reading past the end throws a RangeError,
 * so a decoder checks a record's size before it begins.
 */
import { nameAt, nameBytes } from './names.js';
import { decodeCString } from './text.js';

export class Cursor {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #begin: number;
  readonly #end: number;
  /** Within the buffer. */
  #at: number;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = viewOf(bytes.buffer);
    this.#begin = bytes.byteOffset;
    this.#end = bytes.byteOffset + bytes.byteLength;
    this.#at = this.#begin;
  }

  get offset(): number {
    return this.#at - this.#begin;
  }

  get remaining(): number {
    return this.#end - this.#at;
  }

  u8(): number {
    return this.#view.getUint8(this.#advance(1));
  }

  u16le(): number {
    return this.#view.getUint16(this.#advance(2), true);
  }

  u32le(): number {
    return this.#view.getUint32(this.#advance(4), true);
  }

  i32le(): number {
    return this.#view.getInt32(this.#advance(4), true);
  }

  u64le(): bigint {
    return this.#view.getBigUint64(this.#advance(8), true);
  }

  /** A view, not a copy: the ring reuses the memory once the record is released. */
  bytes(length: number): Uint8Array {
    const start = this.#advance(length) - this.#begin;
    return this.#bytes.subarray(start, start + length);
  }

  /** A process's name. */
  name(): string {
    return nameAt(this.#view, this.#advance(nameBytes));
  }

  /** A C string in a field of fixed width. */
  cString(width: number): string {
    if (width > 0 && this.remaining >= width && this.#view.getUint8(this.#at) === 0) {
      this.#at += width;
      return '';
    }
    return decodeCString(this.bytes(width));
  }

  #advance(length: number): number {
    const start = this.#at;
    if (length < 0 || start + length > this.#end) {
      const at = `${start - this.#begin} passes the end at ${this.#end - this.#begin}`;
      throw new RangeError(`read of ${length} bytes at ${at}`);
    }
    this.#at = start + length;
    return start;
  }
}

let lastView: DataView = new DataView(new ArrayBuffer(0));

/** Thousands of records a second lie in the same memory. */
function viewOf(buffer: ArrayBufferLike): DataView {
  if (lastView.buffer !== buffer) lastView = new DataView(buffer);
  return lastView;
}
