/**
 * Whether node_modules is what package-lock.json asks for, and `npm ci` when it is not.
 *
 * npm itself notes what it installed in node_modules/.package-lock.json, and writes it last, so that an interrupted
 * install is seen as well as an outdated one. Install scripts are not run: none is needed (the links that embedded
 * Postgres wants are made when it starts), and one of Prisma's would try a download.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runStep } from './run-step.mjs';

const root = join(import.meta.dirname, '..');

/** @param {{ log: (line: string) => void, signal?: AbortSignal | undefined }} options */
export async function installMissing({ log, signal }) {
  if (await isInstalled()) return;
  const args = ['ci', '--ignore-scripts', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'];
  const npm = process.env['npm_execpath'];
  const command = npm?.endsWith('.js') ? [process.execPath, npm, ...args] : ['npm', ...args];
  await runStep({ what: 'installing packages (npm ci)', command, cwd: root, log, signal });
}

async function isInstalled() {
  const wanted = await readPackages('package-lock.json');
  const present = await readPackages('node_modules/.package-lock.json');
  return present !== null && wanted !== null && isSatisfied(wanted, present);
}

/**
 * @typedef {Record<string, { version?: string, integrity?: string, optional?: boolean }>} Packages by path
 * @param {Packages} wanted
 * @param {Packages} present
 */
export function isSatisfied(wanted, present) {
  return Object.entries(wanted).every(([path, entry]) => {
    if (path === '') return true; // the project itself
    const found = present[path];
    // Optional packages for other machines are in the lock file only.
    if (found === undefined) return entry.optional === true;
    return found.version === entry.version && found.integrity === entry.integrity;
  });
}

/** @param {string} name @returns {Promise<Packages | null>} */
async function readPackages(name) {
  try {
    return JSON.parse(await readFile(join(root, name), 'utf8')).packages ?? null;
  } catch {
    return null;
  }
}
