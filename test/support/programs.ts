/** C programs of test/fixtures/programs, compiled once for a test file. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const sources = path.resolve(import.meta.dirname, '../fixtures/programs');

export interface Program {
  readonly file: string;
  remove(): Promise<void>;
}

export function compile(name: string): Promise<Program> {
  return compileWith(name, name, []);
}

/** For LD_PRELOAD. */
export function compileLibrary(name: string): Promise<Program> {
  return compileWith(name, `${name}.so`, ['-shared', '-fPIC']);
}

async function compileWith(name: string, output: string, options: readonly string[]): Promise<Program> {
  const directory = await mkdtemp(path.join(tmpdir(), 'whodunit-program-'));
  const file = path.join(directory, output);
  await promisify(execFile)('cc', ['-O1', '-pthread', ...options, '-o', file, path.join(sources, `${name}.c`)]);
  return { file, remove: () => rm(directory, { recursive: true, force: true }) };
}
