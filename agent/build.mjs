/**
 * node agent/build.mjs [DIR]: bundles the agent to DIR/whodunit-agent.mjs (dist/agent) and puts the probe beside it.
 * koffi stays outside: it is a native module, found in node_modules when it is needed.
 */
import { build } from 'esbuild';
import { copyFile, mkdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const root = new URL('../', import.meta.url);
const path = (/** @type {string} */ relative) => fileURLToPath(new URL(relative, root));
/** @type {{ version: string }} */
const { version } = JSON.parse(await readFile(path('package.json'), 'utf8'));

const directory = process.argv[2] ?? 'dist/agent';

await mkdir(path(directory), { recursive: true });
await build({
  entryPoints: [path('agent/src/main.ts')],
  outfile: path(`${directory}/whodunit-agent.mjs`),
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  external: ['koffi'],
  sourcemap: 'linked',
  define: { WHODUNIT_VERSION: JSON.stringify(version) },
  logLevel: 'warning',
});
await copyFile(path('agent/probe/whodunit.bpf.o'), path(`${directory}/whodunit.bpf.o`));
