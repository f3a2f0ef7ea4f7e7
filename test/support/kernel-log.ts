/**
 * The kernel's log outlives a test, and pids come back: an agent whose first start this is tells of deaths that tests before it
 * caused. Unless that is what is tested, it takes them as told already.
 */
import { mkdirSync, readFileSync } from 'node:fs';
import { openKmsg } from '../../agent/src/source/kmsg.js';
import { writeKernelLogPosition } from '../../agent/src/state/kernel-log.js';

export function skipKernelLogHistory(stateDir: string): void {
  const kmsg = openKmsg();
  if (!kmsg.ok) return;
  let sequence = -1;
  while (kmsg.value.read((record) => (sequence = record.sequence), 4_096));
  kmsg.value.close();
  mkdirSync(stateDir, { recursive: true, mode: 0o700 });
  const bootId = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  writeKernelLogPosition(stateDir, { bootId, sequence, unwatchedUntil: sequence });
}
