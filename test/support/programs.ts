/** C programs of test/fixtures/programs, compiled once for a test file. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const sources = path.resolve(import.meta.dirname, '../fixtures/programs');

export async function compile(name: string): Promise<{ readonly file: string; remove(): Promise<void> }> {
  const directory = await mkdtemp(path.join(tmpdir(), 'whodunit-program-'));
  const file = path.join(directory, name);
  await promisify(execFile)('cc', ['-O1', '-pthread', '-o', file, path.join(sources, `${name}.c`)]);
  return { file, remove: () => rm(directory, { recursive: true, force: true }) };
}
