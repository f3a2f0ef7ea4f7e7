/**
 * A disk in memory that can crash. `kill` ends the program: the system still writes back what it was given. `crash` is a
 * power failure: of what was not synced any part may be gone, in the middle of a frame too, and new names with it.
 */
import type { Disk } from './disk.js';

interface File {
  written: Buffer;
  /** So many bytes are durable, if the name is. */
  synced: number;
  named: boolean;
  /** What a replaced file was before. */
  before?: Buffer | undefined;
}

type Operation = 'create' | 'append' | 'sync' | 'replace' | 'remove';

export class CrashDisk implements Disk {
  readonly files = new Map<string, File>();
  #open: (File | undefined)[] = [];
  #inherited = new Set<File>();
  bytesMax = Infinity;
  /** Operations that fail, with this code. */
  failing: Partial<Record<Operation, string>> = {};

  list() {
    return [...this.files].map(([name, { written }]) => ({ name, bytes: written.length }));
  }

  read(name: string, bytesMax = Infinity): Buffer {
    return Buffer.from(this.#file(name).written.subarray(0, Math.min(bytesMax, 2 ** 31)));
  }

  create(name: string): number {
    this.#check('create');
    if (this.files.has(name)) throw new Error('EEXIST');
    const file = { written: Buffer.alloc(0), synced: 0, named: true };
    this.files.set(name, file);
    return this.#open.push(file) - 1;
  }

  open(name: string): number {
    const file = this.#file(name);
    this.#inherited.add(file);
    return this.#open.push(file) - 1;
  }

  append(handle: number, bytes: Uint8Array): void {
    this.#check('append');
    const file = this.#opened(handle);
    const room = this.bytesMax - this.list().reduce((sum, one) => sum + one.bytes, 0);
    file.written = Buffer.concat([file.written, bytes.subarray(0, Math.max(0, room))]);
    if (room < bytes.length) throw new Error('ENOSPC');
  }

  /**
   * A sync that fails leaves nobody knows what: here the system forgets what this program wrote. What an earlier one
   * wrote stays readable, as it does on Linux: nobody could write it again.
   */
  async sync(handle: number): Promise<void> {
    const file = this.#opened(handle);
    await Promise.resolve();
    const forgets = this.failing.sync !== undefined && !this.#inherited.has(file);
    if (forgets) file.written = Buffer.from(file.written.subarray(0, file.synced));
    this.#check('sync');
    file.synced = file.written.length;
  }

  close(handle: number): void {
    this.#opened(handle);
    this.#open[handle] = undefined;
  }

  rename(from: string, to: string): void {
    this.files.set(to, this.#file(from));
    this.files.delete(from);
  }

  remove(name: string): void {
    this.#check('remove');
    this.#file(name);
    this.files.delete(name);
  }

  replace(name: string, bytes: Uint8Array, durable: boolean): void {
    this.#check('replace');
    const old = this.files.get(name);
    const before = durable ? undefined : (old?.before ?? old?.written ?? Buffer.alloc(0));
    this.files.set(name, { written: Buffer.from(bytes), synced: bytes.length, named: true, before });
  }

  kill(): void {
    this.#open = [];
  }

  /** `choose(n)` gives a number from 0 to n. */
  crash(choose: (max: number) => number): void {
    this.kill();
    for (const file of this.files.values()) {
      if (file.before !== undefined && choose(1) === 1) file.written = file.before;
      file.before = undefined;
      const kept = file.synced + choose(Math.max(0, file.written.length - file.synced));
      file.written = Buffer.from(file.written.subarray(0, kept));
      // A block that was never written reads as zeros.
      if (kept > file.synced && choose(1) === 1) file.written.fill(0, file.synced + choose(kept - file.synced));
      file.synced = file.written.length;
    }
  }

  #file(name: string): File {
    const file = this.files.get(name);
    if (file === undefined) throw new Error(`ENOENT ${name}`);
    return file;
  }

  #opened(handle: number): File {
    const file = this.#open[handle];
    if (file === undefined) throw new Error('EBADF');
    return file;
  }

  #check(operation: Operation): void {
    const code = this.failing[operation];
    if (code !== undefined) throw new Error(code);
  }
}
