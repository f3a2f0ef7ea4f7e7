/** Finds out about the state directory without making or changing anything in it. */
import { accessSync, constants, existsSync, readFileSync, statfsSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { findLockHolder } from '../kernel/proc-locks.js';
import type { LockFacts, StateDirFacts } from './facts.js';

export function lookAtStateDir(stateDir: string, spoolBytesMax: number): StateDirFacts {
  const path = resolve(stateDir);
  const existing = nearestExisting(path);
  return {
    path,
    exists: existing === path,
    obstacle: findObstacle(existing),
    freeBytes: freeBytesOf(existing),
    spoolBytesMax,
    lock: lookAtLock(join(path, 'lock')),
  };
}

function nearestExisting(path: string): string {
  return path === '/' || existsSync(path) ? path : nearestExisting(dirname(path));
}

/** access(2) knows read-only mounts and immutable directories too. */
function findObstacle(path: string): string | undefined {
  try {
    if (!statSync(path).isDirectory()) return 'ENOTDIR';
    accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK);
    return undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error);
  }
}

function freeBytesOf(path: string): number | undefined {
  try {
    const { bavail, bsize } = statfsSync(path);
    return bavail * bsize;
  } catch {
    return undefined;
  }
}

function lookAtLock(path: string): LockFacts {
  try {
    const { dev, ino } = statSync(path);
    const pid = Number(readFileSync(path, 'utf8'));
    const holder = findLockHolder(readFileSync('/proc/locks', 'utf8'), { inode: ino, device: deviceOf(dev), pid });
    return holder === undefined ? { state: 'free' } : { state: 'held', pid: holder };
  } catch (error) {
    return { state: (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'free' : 'unreadable' };
  }
}

/** gnu_dev_major() and gnu_dev_minor() of numbers that fit: 12 bits and 20 bits. */
function deviceOf(dev: number): string {
  const hex = (number: number) => number.toString(16).padStart(2, '0');
  return `${hex((dev >>> 8) & 0xfff)}:${hex((dev & 0xff) | ((dev >>> 12) & 0xfff00))}`;
}
