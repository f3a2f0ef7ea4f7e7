/** Bundles test/fuzz and runs it: node runs no TypeScript by itself. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = join(import.meta.dirname, '..');
const outfile = join(root, 'dist/fuzz/main.mjs');
await mkdir(join(root, 'dist/fuzz'), { recursive: true });
await build({
  entryPoints: [join(root, 'test/fuzz/main.ts')],
  outfile,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  logLevel: 'warning',
});
process.chdir(root);
await import(pathToFileURL(outfile).href);
