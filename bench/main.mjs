/**
 * `npm run bench -- SUITE`: figures beside those of peers that were measured in the same run. README.md says how.
 * Exit status: 0 measured, also when a target is missed; 1 it could not be measured; 2 wrong use; 130 interrupted.
 */
import { parseArgs } from 'node:util';
import { benchAgent } from './agent.mjs';
import { benchFanout, fanoutTools } from './fanout.mjs';
import { benchIngest, ingestTools } from './ingest.mjs';
import { benchJobs, jobTools } from './jobs.mjs';
import { benchLive, liveTools } from './live.mjs';
import { benchQueries, queryTools } from './queries.mjs';
import { benchStreams, streamTools } from './streams.mjs';
import { Cleanups } from './support/cleanups.mjs';
import { describeMachine } from './support/machine.mjs';
import { formatTable } from './support/table.mjs';

const usage = `npm run bench -- SUITE [options]     (after npm run build; as root)

  agent            what the agent costs and misses, beside bpftrace, auditd and forkstat
  jobs             from asking for a kill to the deed, beside ssh
  ingest           from batches to committed rows, beside psql's \\copy; bytes a life
  fanout           a job for each of 1,000 hosts, beside the rate of bare BullMQ
  live             from a kill to the message of a subscription, beside one commit and one WebSocket message
  queries          whoKilled and deaths over GraphQL, beside a bare handler of the same SQL; growth; depth
  streams          10,000 command streams of one API process: what each costs, and a command to each

  --quick          fewer and shorter runs: to see a change, not to publish
  --rounds N       runs of which the median is taken
  --only A,B       of full-speed, paced, bpf-time, idle
  --json           the result with every sample, as JSON
`;

const suites = {
  agent: benchAgent,
  fanout: benchFanout,
  ingest: benchIngest,
  jobs: benchJobs,
  live: benchLive,
  queries: benchQueries,
  streams: benchStreams,
};
/** @type {Readonly<Record<keyof typeof suites, readonly string[]>>} */
const toolsOf = {
  agent: [],
  fanout: fanoutTools,
  ingest: ingestTools,
  jobs: jobTools,
  live: liveTools,
  queries: queryTools,
  streams: streamTools,
};

/** @param {string | undefined} name @returns {name is keyof typeof suites} */
const isSuite = (name) => name !== undefined && Object.hasOwn(suites, name);

const cleanups = new Cleanups();
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
  process.once(signal, () => void cleanups.run().finally(() => process.exit(130)));
}
try {
  process.exitCode = await main();
} catch (error) {
  console.error(`bench: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
} finally {
  await cleanups.run();
}

async function main() {
  const options = readOptions();
  if (options === undefined) {
    console.error(usage);
    return 2;
  }
  const log = (/** @type {string} */ line) => console.error(`  ${line}`);
  const machine = describeMachine();
  const result = await suites[options.suite]({ ...options, log, cleanups });
  if (options.json) {
    const plain = (/** @type {string} */ _key, /** @type {unknown} */ value) =>
      value instanceof Map ? Object.fromEntries(value) : value;
    console.log(JSON.stringify({ machine, ...result }, plain, 2));
    return 0;
  }
  for (const [name, value] of Object.entries(machine)) console.log(`${name}: ${value}`);
  let tools = /** @type {readonly string[]} */ (toolsOf[options.suite]);
  if ('plan' in result) {
    for (const [name, reason] of Object.entries(result.notRun)) console.log(`${name}: not run, ${reason}`);
    const { rounds, fullSpeedKills, pacedSeconds } = result.plan;
    console.log(`medians of ${rounds}; ${fullSpeedKills} kills at full speed, ${pacedSeconds} s paced\n`);
    tools = ['whodunit', 'bpftrace', 'auditd', 'forkstat'].filter((name) => !(name in result.notRun));
  }
  console.log(formatTable(result.figures, tools));
  const missed = result.figures.filter(({ holds }) => holds === false).length;
  console.log(missed === 0 ? '\nEvery target holds.' : `\n${missed} TARGET${missed > 1 ? 'S' : ''} MISSED.`);
  return 0;
}

function readOptions() {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        quick: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        rounds: { type: 'string' },
        only: { type: 'string', multiple: true },
      },
    });
    const rounds = values.rounds === undefined ? undefined : Number(values.rounds);
    const [suite] = positionals;
    const wrong = rounds !== undefined && !(Number.isInteger(rounds) && rounds > 0);
    if (wrong || positionals.length !== 1 || !isSuite(suite)) return undefined;
    return {
      suite,
      quick: values.quick,
      json: values.json,
      rounds,
      only: values.only?.flatMap((list) => list.split(',')),
    };
  } catch {
    return undefined;
  }
}
