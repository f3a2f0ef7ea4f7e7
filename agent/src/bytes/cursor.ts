/**
 * Reads little-endian fields one after the other. Names say width and sign; reading past the end throws a RangeError,
 * so a decoder checks a record's size before it begins.
 */
export class Cursor {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #offset = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get offset(): number {
    return this.#offset;
  }

  get remaining(): number {
    return this.#bytes.byteLength - this.#offset;
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
    const start = this.#advance(length);
    return this.#bytes.subarray(start, start + length);
  }

  #advance(length: number): number {
    const start = this.#offset;
    if (length < 0 || start + length > this.#bytes.byteLength) {
      throw new RangeError(`read of ${length} bytes at ${start} passes the end at ${this.#bytes.byteLength}`);
    }
    this.#offset = start + length;
    return start;
  }
}
