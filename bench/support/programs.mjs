/** Compiles the C programs of bench/programs. */
import { join } from 'node:path';
import { run } from './processes.mjs';

/** @param {string} name @param {string} directory @returns {Promise<string>} the program's path */
export async function compile(name, directory) {
  const file = join(directory, name);
  await run('cc', ['-O1', '-o', file, join(import.meta.dirname, `../programs/${name}.c`)]);
  return file;
}
