/** Bundles a TypeScript program of this repository and runs it: node runs no TypeScript by itself. */
import { mkdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { installMissing } from './installed.mjs';

const root = join(import.meta.dirname, '..');

/**
 * @param {string} entry path below the root; everything else of the command line is the program's
 * @param {{ readsItsTree?: boolean }} [options] readsItsTree: it finds files beside its sources, and native packages
 */
export async function runTypeScript(entry, { readsItsTree = false } = {}) {
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
    ...(readsItsTree ? { packages: 'external', plugins: [inItsPlace] } : {}),
  });
  await import(pathToFileURL(outfile).href);
}

/** The bundle is elsewhere than the sources, which say where they are. @type {import('esbuild').Plugin} */
const inItsPlace = {
  name: 'in-its-place',
  setup({ onLoad }) {
    onLoad({ filter: /\.m?[jt]s$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      const contents = text
        .replaceAll('import.meta.dirname', JSON.stringify(dirname(path)))
        .replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href));
      return { contents, loader: path.endsWith('.ts') ? 'ts' : 'js' };
    });
  },
};
