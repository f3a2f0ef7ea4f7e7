/** The host's own credential, the key of its commands, and who this host is when it asks for one. */
import { randomBytes } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { EnrollReply } from '../contract.js';
import { readStateFile, writeStateFile } from './files.js';

export function readCredential(stateDir: string): string | undefined {
  const text = readStateFile(stateDir, 'credential')?.trim();
  return text === '' ? undefined : text;
}

/** The key before the credential, which says that the host is enrolled; an earlier enrolment's key counts no more. */
export function keepEnrolment(stateDir: string, { credential, commandKey }: EnrollReply): void {
  if (commandKey === undefined) rmSync(join(stateDir, 'command-key'), { force: true });
  else writeStateFile(stateDir, 'command-key', `${commandKey}\n`);
  writeStateFile(stateDir, 'credential', `${credential}\n`);
}

/** What commands are signed with (src/contract/enroll.ts), as it was pinned at enrolment. */
export function readPinnedCommandKey(stateDir: string): string | undefined {
  const text = readStateFile(stateDir, 'command-key')?.trim();
  return text === '' ? undefined : text;
}

/** machine-id(5), or one of our own where the host has none (a minimal container image). */
export function machineId(stateDir: string): string {
  for (const path of ['/etc/machine-id', '/var/lib/dbus/machine-id']) {
    const id = readId(path);
    if (id !== undefined) return id;
  }
  const kept = readStateFile(stateDir, 'machine-id')?.trim();
  if (kept !== undefined && isMachineId(kept)) return kept;
  const made = randomBytes(16).toString('hex');
  writeStateFile(stateDir, 'machine-id', `${made}\n`);
  return made;
}

function readId(path: string): string | undefined {
  try {
    const id = readFileSync(path, 'utf8').trim();
    return isMachineId(id) ? id : undefined;
  } catch {
    return undefined;
  }
}

function isMachineId(text: string): boolean {
  return /^[0-9a-f]{32}$/.test(text);
}
