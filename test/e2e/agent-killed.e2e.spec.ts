/**
 * kill -9 of the agent under load, also while it starts, with the API up, down and killed as well: every death is in the
 * database once, or in the ledger with a cause.
 *
 * 15 kills here; TORTURE_COUNT=250 makes as many as one wants, at most TORTURE_LIFE_MS apart. TORTURE_RATE: kills a second
 * of the load.
 */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sentenceOf } from '../support/ledger.js';
import { requirePrerequisite } from '../support/prerequisite.js';
import { compile } from '../support/programs.js';
import { accountOf, settle } from '../support/settle.js';
import { startSystem, type System } from '../support/system.js';
import { startLoad } from '../support/truth.js';

const kills = Number(process.env['TORTURE_COUNT'] ?? 15);
const rate = Number(process.env['TORTURE_RATE'] ?? 200);
const lifeMs = Number(process.env['TORTURE_LIFE_MS'] ?? 2_000);

let system: System;
let program: Awaited<ReturnType<typeof compile>>;

async function kill(agent: ChildProcess): Promise<void> {
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

describe.runIf(requirePrerequisite('root', 'btf', 'libbpf', 'cc'))('an agent that is killed', () => {
  beforeAll(async () => {
    [system, program] = await Promise.all([startSystem(), compile('steady-kills')]);
  });

  afterAll(async () => {
    await system?.close();
    await program?.remove();
  });

  test(
    `loses_nothing_unaccounted (${kills} kills)`,
    async () => {
      let { agent } = system;
      let over = false;
      const load = startLoad(program.file, rate);
      const torment = tormentApi(() => over);
      for (let count = 1; count <= kills; count += 1) {
        // Often while it starts: it needs about half a second until it records.
        await sleep(Math.random() ** 2 * lifeMs);
        await kill(agent);
        agent = system.spawnAgent();
      }
      over = true;
      const apiDeaths = await torment;
      const truth = await load.stop();
      await kill(agent);
      await settle(system, agent);

      const { result, ledger, runs, vouched } = await accountOf(system, truth);
      console.log(JSON.stringify({ kills: kills + 1, apiDeaths, ...result, runs, vouched }));
      for (const stream of ledger.streams) console.log(sentenceOf(stream));
      expect(result).toMatchObject({ twice: 0, vanished: 0 });
      expect(result.stored + result.counted).toBe(truth.length);
      expect(ledger).toMatchObject({ balanced: true });
      expect(vouched).toBeGreaterThan(0);
    },
    120_000 + kills * 3_000,
  );
});
