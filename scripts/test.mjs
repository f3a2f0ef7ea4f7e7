/**
 * `npm test [-- what vitest takes]`: installs and builds what is missing, runs every test, and ends with one line:
 * `N passed, N failed` and, if there were any, `, N skipped`.
 *
 * What acts on the kernel runs one file at a time and waits for most of it: the rest runs beside it.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildAll, isBuilt } from './build-steps.mjs';
import { installMissing } from './installed.mjs';
import { countTests, summaryLine, sumOf } from './test-summary.mjs';

const lanes = [
  ['--project', 'unit', '--project', 'integration', '--project', 'e2e-server'],
  ['--project', 'agent', '--project', 'e2e'],
];
const root = join(import.meta.dirname, '..');

process.exit(await main());

async function main() {
  try {
    await installMissing({ log: console.log });
    if (!(await isBuilt())) await buildAll({ log: console.log });
  } catch (error) {
    console.error(/** @type {Error} */ (error).message);
    console.log(summaryLine({ passed: 0, failed: 1, skipped: 0 }));
    return 1;
  }
  const directory = await mkdtemp(join(tmpdir(), 'whodunit-test-'));
  try {
    const asked = process.argv.slice(2);
    const runs = asked.length > 0 ? [asked] : lanes;
    const counts = sumOf(
      await Promise.all(runs.map((args, run) => count(args, join(directory, `report-${run}.json`)))),
    );
    console.log(summaryLine(counts));
    return counts.failed === 0 ? 0 : 1;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** @param {string[]} asked @param {string} reportFile */
async function count(asked, reportFile) {
  const status = await runVitest(asked, reportFile);
  return countTests(await readReport(reportFile), status);
}

/** @param {string[]} asked @param {string} reportFile @returns {Promise<number>} */
function runVitest(asked, reportFile) {
  const program = join(root, 'node_modules/vitest/vitest.mjs');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${reportFile}`];
  const args = [program, 'run', '--passWithNoTests', ...reporters, ...asked];
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}

/** @param {string} file @returns {Promise<import('./test-summary.mjs').Report | null>} */
async function readReport(file) {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch {
    return null;
  }
}
