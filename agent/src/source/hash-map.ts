/** A BPF hash map: few entries, read as a whole from time to time. */
import type { BatchBuffers, Libbpf } from './native.js';

/** More than a bucket of the kernel's table ever holds, or the kernel refuses the batch. */
const entriesPerBatch = 256;

export interface HashMapEntry {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

export class HashMap {
  readonly #libbpf: Libbpf;
  readonly #fd: number;
  readonly #keyBytes: number;
  readonly #valueBytes: number;
  #buffers: BatchBuffers | undefined;

  /** `fd` stays open as long as the map is used. */
  constructor(libbpf: Libbpf, fd: number, keyBytes: number, valueBytes: number) {
    this.#libbpf = libbpf;
    this.#fd = fd;
    this.#keyBytes = keyBytes;
    this.#valueBytes = valueBytes;
  }

  /** All entries, copied. One that comes or goes meanwhile may be in it or not. */
  entries(): readonly HashMapEntry[] {
    const found: HashMapEntry[] = [];
    const buffers = (this.#buffers ??= this.#allocate());
    const next = new Uint8Array(8);
    for (let position: Uint8Array | undefined; ; position = next) {
      buffers.count[0] = entriesPerBatch;
      const result = this.#libbpf.mapLookupBatch(this.#fd, position, next, buffers);
      const count = result === 0 || result === -endOfMap ? (buffers.count[0] ?? 0) : 0;
      for (let index = 0; index < count; index += 1) {
        found.push({
          key: buffers.keys.slice(index * this.#keyBytes, (index + 1) * this.#keyBytes),
          value: buffers.values.slice(index * this.#valueBytes, (index + 1) * this.#valueBytes),
        });
      }
      if (result !== 0) return found;
    }
  }

  get(key: Uint8Array): Uint8Array | undefined {
    const value = new Uint8Array(this.#valueBytes);
    return this.#libbpf.mapLookup(this.#fd, key, value) === 0 ? value : undefined;
  }

  set(key: Uint8Array, value: Uint8Array): void {
    this.#libbpf.mapUpdate(this.#fd, key, value);
  }

  delete(key: Uint8Array): void {
    this.#libbpf.mapDelete(this.#fd, key);
  }

  #allocate(): BatchBuffers {
    return {
      keys: new Uint8Array(entriesPerBatch * this.#keyBytes),
      values: new Uint8Array(entriesPerBatch * this.#valueBytes),
      count: new Uint32Array(1),
    };
  }
}

/** ENOENT */
const endOfMap = 2;
