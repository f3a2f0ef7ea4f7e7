/**
 * All that the spool does to a file system. Every call may throw: what to do then is the spool's business.
 * The second implementation is disk.fixture.ts, whose crashes lose what was not synced.
 */
import {
  closeSync,
  fsync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

export interface Disk {
  list(): readonly { readonly name: string; readonly bytes: number }[];
  /** At most so many bytes, from the beginning. */
  read(name: string, bytesMax?: number): Buffer;
  create(name: string): number;
  /** An existing file, to be synced. */
  open(name: string): number;
  /** All of it, or it throws. */
  append(file: number, bytes: Uint8Array): void;
  /** Content and name are durable. */
  sync(file: number): Promise<void>;
  close(file: number): void;
  rename(from: string, to: string): void;
  remove(name: string): void;
  /** Small files: a reader finds the old content or the new one. Unless `durable`, a power failure may undo it. */
  replace(name: string, bytes: Uint8Array, durable: boolean): void;
}

const fsyncLater = promisify(fsync);

/** A directory of files with mode 0600; made when something is first written. */
export function openDisk(directory: string): Disk {
  const path = (name: string) => join(directory, name);
  return {
    list: () => listFiles(directory),
    read: (name, bytesMax = Infinity) => readFile(path(name), bytesMax),
    create(name) {
      mkdirSync(directory, { recursive: true, mode: 0o700 });
      const file = openSync(path(name), 'wx', 0o600);
      syncFolder(directory);
      return file;
    },
    open: (name) => openSync(path(name), 'r'),
    append: writeAll,
    sync: (file) => fsyncLater(file),
    close: closeSync,
    rename: (from, to) => renameSync(path(from), path(to)),
    remove: (name) => unlinkSync(path(name)),
    replace(name, bytes, durable) {
      mkdirSync(directory, { recursive: true, mode: 0o700 });
      const file = openSync(path(`${name}.new`), 'w', 0o600);
      try {
        writeAll(file, bytes);
        if (durable) fsyncSync(file);
      } finally {
        closeSync(file);
      }
      renameSync(path(`${name}.new`), path(name));
      if (durable) syncFolder(directory);
    },
  };
}

/** A new name is durable only then. */
function syncFolder(directory: string): void {
  const folder = openSync(directory, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

function listFiles(directory: string): readonly { name: string; bytes: number }[] {
  try {
    return readdirSync(directory).map((name) => ({ name, bytes: statSync(join(directory, name)).size }));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

function readFile(path: string, bytesMax: number): Buffer {
  const file = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(Math.min(bytesMax, statSync(path).size));
    let length = 0;
    for (let count = -1; count !== 0 && length < bytes.length; length += count) {
      count = readSync(file, bytes, length, bytes.length - length, length);
    }
    return bytes.subarray(0, length);
  } finally {
    closeSync(file);
  }
}

/** write(2) may take less than it is given, just before the disk is full for instance. */
function writeAll(file: number, bytes: Uint8Array): void {
  for (let offset = 0; offset < bytes.length;) offset += writeSync(file, bytes, offset);
}
