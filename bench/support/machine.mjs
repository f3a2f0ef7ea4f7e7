/** Where a measurement was made: no figure means anything without it. */
import { execFileSync } from 'node:child_process';
import { cpus, machine, release, totalmem } from 'node:os';

/** @returns {Readonly<Record<string, string>>} */
export function describeMachine() {
  return {
    date: new Date().toISOString(),
    commit: commit(),
    kernel: `${release()} ${machine()}`,
    processors: `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown'}`,
    memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
    node: process.version,
  };
}

function commit() {
  try {
    const git = (/** @type {string[]} */ ...args) =>
      execFileSync('git', args, { cwd: import.meta.dirname, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    const changed = git('status', '--porcelain', '--untracked-files=no').trim() !== '';
    return `${git('rev-parse', '--short', 'HEAD').trim()}${changed ? ' with changes' : ''}`;
  } catch {
    return 'unknown';
  }
}
