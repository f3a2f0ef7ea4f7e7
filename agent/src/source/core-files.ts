/** Looks for the core file of one death. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { CorePattern } from '../kernel/core-pattern.js';
import { isSystemdCoredump, parseSystemdCoreName, systemdCoredumpDirectory } from '../kernel/systemd-coredump.js';

export interface CoreFile {
  readonly path: string;
  readonly sizeBytes: number;
}

export interface CoreQuestion {
  readonly pattern: CorePattern;
  /** In the initial pid namespace. */
  readonly pid: number;
  /** Without dashes. */
  readonly bootId: string;
  /** It was written after this; milliseconds since 1970. */
  readonly sinceMs: number;
}

/** The newest that fits. */
export function findCoreFile({ pattern, pid, bootId, sinceMs }: CoreQuestion): CoreFile | undefined {
  if (pattern.kind === 'file') return newest(pattern.directory, (name) => pattern.name.test(name), sinceMs);
  if (pattern.kind === 'none' || !isSystemdCoredump(pattern.program)) return undefined;
  const isOurs = (name: string) => {
    const core = parseSystemdCoreName(name);
    return core?.pid === pid && core.bootId === bootId;
  };
  return newest(systemdCoredumpDirectory, isOurs, sinceMs);
}

function newest(directory: string | undefined, fits: (name: string) => boolean, sinceMs: number): CoreFile | undefined {
  let found: (CoreFile & { readonly changedMs: number }) | undefined;
  for (const name of directory === undefined ? [] : list(directory)) {
    if (!fits(name)) continue;
    const path = join(directory ?? '', name);
    const stat = statSync(path, { throwIfNoEntry: false });
    if (!stat?.isFile() || stat.mtimeMs < sinceMs || stat.mtimeMs < (found?.changedMs ?? 0)) continue;
    found = { path, sizeBytes: stat.size, changedMs: stat.mtimeMs };
  }
  return found && { path: found.path, sizeBytes: found.sizeBytes };
}

function list(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}
