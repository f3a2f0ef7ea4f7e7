/** Bundles a TypeScript program of this repository and runs it: node runs no TypeScript by itself. */
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { installMissing } from './installed.mjs';

const root = join(import.meta.dirname, '..');

/** @param {string} entry path below the root; everything else of the command line is the program's */
export async function runTypeScript(entry) {
  await installMissing({ log: console.error });
  const outfile = join(root, 'dist', entry.replace(/\.ts$/, '.mjs'));
  await mkdir(dirname(outfile), { recursive: true });
  const { build } = await import('esbuild');
  await build({
    entryPoints: [join(root, entry)],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'warning',
  });
  await import(pathToFileURL(outfile).href);
}
