/** `npm run gallery`: every scenario, produced for real and asked about; a table. */
import { parseArgs } from 'node:util';
import { startDatabaseServer } from '../support/database-server.js';
import { cloneDatabase } from '../support/database.js';
import { requirePrerequisite } from '../support/prerequisite.js';
import { startSystem } from '../support/system.js';
import { scenarios } from './list.js';
import { play, type Row } from './play.js';
import { createStage, ofTheGallery } from './stage.js';
import { closing, heading, rowLines } from './table.js';

const usage = `Usage: npm run gallery -- [--only ID,ID…] [--json]

Loses processes in every way that there is, for real, and asks the running product who did it. Starts an API, a worker, an agent
and a Postgres of its own, and stops them. Kills by pid only, and only what it has started. Needs root, a kernel with BTF, and
the programs that the tests need.

  --only A1,C     these rows or sections only
  --json          an array of rows instead of the table, when all are done

Exit status: 0 all answers are right, 1 one is wrong, 2 the arguments are.
`;

process.exitCode = await main();

async function main(): Promise<number> {
  const given = readArguments();
  if (typeof given === 'string') {
    process.stderr.write(`gallery: ${given}\n\n${usage}`);
    return 2;
  }
  if (given.help) {
    process.stdout.write(usage);
    return 0;
  }
  if (!requirePrerequisite('root', 'btf', 'libbpf', 'cc', 'python3', 'unshare')) return 1;
  const show = given.json ? () => undefined : (text: string) => console.log(text);
  const rows = await playAll(given.only, show);
  if (given.json) console.log(JSON.stringify(rows, null, 2));
  return rows.some(({ ok }) => ok === false) ? 1 : 0;
}

async function playAll(only: readonly string[], show: (text: string) => void): Promise<readonly Row[]> {
  const wanted = scenarios.filter(({ id }) => only.length === 0 || only.some((name) => id === name || id[0] === name));
  const server = await startDatabaseServer();
  try {
    const system = await startSystem({
      ...ofTheGallery,
      database: await cloneDatabase(server.adminUrl, server.template),
    });
    try {
      const stage = await createStage(system);
      const rows: Row[] = [];
      // Ctrl-C ends the scenario that is on, and then puts everything back.
      const stopped = new AbortController();
      for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stopped.abort());
      show(heading);
      for (const scenario of wanted) {
        if (stopped.signal.aborted) break;
        rows.push(await play(scenario, stage));
        show(rowLines(rows.at(-1)!));
      }
      show(closing(rows));
      await stage.close();
      return rows;
    } finally {
      await system.close();
    }
  } finally {
    await server.close();
  }
}

interface Arguments {
  readonly help: boolean;
  readonly json: boolean;
  readonly only: readonly string[];
}

function readArguments(): Arguments | string {
  try {
    const options = {
      help: { type: 'boolean', short: 'h' },
      json: { type: 'boolean' },
      only: { type: 'string' },
    } as const;
    const { values } = parseArgs({ options });
    const only = values.only?.split(',').map((id) => id.trim().toUpperCase()) ?? [];
    const unknown = only.find((name) => !scenarios.some(({ id }) => id === name || id[0] === name));
    if (unknown !== undefined) return `There is no row ${JSON.stringify(unknown)}.`;
    return { help: values.help ?? false, json: values.json ?? false, only };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
