/** The file of the journal. Nobody else touches it. */
import { closeSync, fdatasyncSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { writeStateFile } from '../state/files.js';
import type { JournalDisk } from './journal.js';

const name = 'commands';

export function openJournalDisk(stateDir: string): JournalDisk {
  const path = join(stateDir, name);
  return {
    read() {
      try {
        return readFileSync(path, 'utf8');
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
        throw error;
      }
    },
    append(text, durable) {
      const fd = openSync(path, 'a', 0o600);
      try {
        const bytes = Buffer.from(text);
        if (writeSync(fd, bytes) !== bytes.byteLength) throw new Error('The disk is full.');
        if (durable) fdatasyncSync(fd);
      } finally {
        closeSync(fd);
      }
    },
    replace(text) {
      writeStateFile(stateDir, name, text);
      syncDirectory(stateDir);
    },
  };
}

/** Else a power failure could bring the old file back. */
function syncDirectory(path: string): void {
  const fd = openSync(path, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
