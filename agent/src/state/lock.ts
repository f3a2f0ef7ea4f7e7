/** One agent for one state directory: flock(2) on `lock`, which the kernel gives back whatever happens to us. */
import { openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { failure, success, type Result } from '../result.js';

export function lockStateDir(stateDir: string, tryLock: (fd: number) => boolean): Result<undefined> {
  const path = join(stateDir, 'lock');
  const fd = openSync(path, 'a+', 0o600);
  if (!tryLock(fd)) {
    const holder = readFileSync(path, 'utf8').trim();
    return failure(
      'state/locked',
      `Another agent (pid ${holder}) uses the state directory ${stateDir}: stop it, or give --state-dir another one.`,
    );
  }
  writeFileSync(path, `${process.pid}\n`);
  return success(undefined);
}
