/**
 * What a build is, and whether the present one is still good.
 *
 * A digest of everything that goes in is kept beside what comes out. Content, not modification times: a fresh clone,
 * a switch of branches and a restored archive all confuse those.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runStep } from './run-step.mjs';

const root = join(import.meta.dirname, '..');
const stampFile = join(root, 'dist/.built-from');
const sources = ['src', 'prisma', 'agent', 'scripts/generate.mjs', 'scripts/build-steps.mjs', 'package-lock.json'];
const settings = ['tsconfig.json', 'tsconfig.build.json', 'nest-cli.json', 'prisma.config.ts'];
const outputs = ['main.js', 'worker.js', 'migrate.js', 'agent/whodunit-agent.mjs'].map((name) =>
  join(root, 'dist', name),
);

/** @param {{ log: (line: string) => void, signal?: AbortSignal | undefined }} options */
export async function buildAll({ log, signal }) {
  const digest = await digestSources();
  await mkdir(join(root, 'dist'), { recursive: true });
  await rm(stampFile, { force: true });
  // tsc writes only what changed since its last run and would not notice that somebody deleted the result.
  if (!outputs.every((file) => existsSync(file))) await rm(join(root, 'dist/.tsbuildinfo'), { force: true });
  const step = (/** @type {string} */ what, /** @type {string[]} */ args) =>
    runStep({ what, command: [process.execPath, ...args], cwd: root, log, signal });
  await step('generating code', ['scripts/generate.mjs']);
  await step('building the server', ['node_modules/@nestjs/cli/bin/nest.js', 'build']);
  await step('building the agent', ['agent/build.mjs']);
  await writeFile(stampFile, digest);
}

export async function isBuilt() {
  if (!outputs.every((file) => existsSync(file))) return false;
  const built = await readFile(stampFile, 'utf8').catch(() => '');
  return built === (await digestSources());
}

async function digestSources() {
  const hash = createHash('sha256');
  const lists = await Promise.all(sources.map(listFiles));
  for (const name of [...lists.flat(), ...settings].sort()) {
    const content = createHash('sha256')
      .update(await readFile(join(root, name)))
      .digest('hex');
    hash.update(`${name} ${content}\n`);
  }
  return hash.digest('hex');
}

/** @param {string} path @returns {Promise<string[]>} */
async function listFiles(path) {
  const entries = await readdir(join(root, path), { recursive: true, withFileTypes: true }).catch(() => null);
  if (entries === null) return [path];
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return files.map((file) => file.slice(root.length + 1)).filter(isSource);
}

/** @param {string} name */
function isSource(name) {
  return !name.startsWith('src/generated/') && !name.endsWith('.spec.ts');
}
