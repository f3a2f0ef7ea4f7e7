/**
 * kill -9 of the agent under load, also while it starts, with the API up, down and killed as well: every death is in the
 * database once, or in the ledger with a cause.
 *
 * 15 kills here; `npm run torture -- kill --count 250` makes as many as one wants.
 */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ledgerOf, sentenceOf } from '../support/ledger.js';
import { requirePrerequisite } from '../support/prerequisite.js';
import { compile } from '../support/programs.js';
import { agentReady, startSystem, stop, type System } from '../support/system.js';
import { compare, startLoad } from '../support/truth.js';

const kills = Number(process.env['TORTURE_COUNT'] ?? 15);
const rate = Number(process.env['TORTURE_RATE'] ?? 200);

let system: System;
let program: Awaited<ReturnType<typeof compile>>;
let agent: ChildProcess;

async function killAgent(afterMs: number): Promise<void> {
  await sleep(afterMs);
  const gone = once(agent, 'exit');
  if (!agent.kill('SIGKILL')) throw new Error(`the agent had ended by itself: ${await system.agentLog()}`);
  await gone;
}

/** Until it is told to stop: up for a while, killed, down for a while. The number of its deaths. */
async function tormentApi(isOver: () => boolean): Promise<number> {
  let deaths = 0;
  while (!isOver()) {
    await sleep(1_000 + Math.random() * 4_000);
    await system.stopApi('SIGKILL');
    deaths += 1;
    await sleep(Math.random() * 3_000);
    await system.startApi();
  }
  return deaths;
}

/** Agents come and go until one has delivered everything. */
async function settle(): Promise<void> {
  for (let attempt = 0; attempt < 10; attempt += 1) {
    agent = system.spawnAgent({ options: ['--keep-sensor'] });
    await agentReady(agent, system.agentLog);
    const before = (await system.agentLog()).length;
    await stop(agent, 'SIGTERM');
    if (!(await system.agentLog()).slice(before).includes('does not have')) return;
  }
  throw new Error('the spool is never empty');
}

describe.runIf(requirePrerequisite('root', 'btf', 'libbpf', 'cc'))('an agent that is killed', () => {
  beforeAll(async () => {
    [system, program] = await Promise.all([startSystem(), compile('steady-kills')]);
    ({ agent } = system);
  });

  afterAll(async () => {
    await system?.close();
    await program?.remove();
  });

  test(
    `loses_nothing_unaccounted (${kills} kills)`,
    async () => {
      const load = startLoad(program.file, rate);
      let over = false;
      const torment = tormentApi(() => over);
      // Often while it starts: it needs about half a second until it records.
      for (let count = 1; count <= kills; count += 1) {
        await killAgent(Math.random() ** 2 * 2_000);
        agent = system.spawnAgent();
      }
      over = true;
      const apiDeaths = await torment;
      const truth = await load.stop();
      await stop(agent, 'SIGKILL');
      await settle();

      const sql = postgres(system.databaseUrl, { max: 1 });
      try {
        const result = await compare(sql, truth);
        const [runs] = await sql`select count(distinct run)::int as all,
          count(distinct run) filter (where as_of is not null)::int as vouched from ledger_streams`;
        const ledger = await ledgerOf(system);
        console.log(JSON.stringify({ kills, apiDeaths, ...result, runs: runs!['all'], vouched: runs!['vouched'] }));
        for (const stream of ledger.streams) console.log(sentenceOf(stream));
        expect(result).toMatchObject({ twice: 0, vanished: 0 });
        expect(result.stored + result.counted).toBe(truth.length);
        expect(ledger.streams.map(({ balanced }) => balanced)).toEqual(ledger.streams.map(() => true));
        expect(ledger.balanced).toBe(true);
      } finally {
        await sql.end();
      }
    },
    120_000 + kills * 3_000,
  );
});
