/** 5,000 processes spawned and killed as fast as one core can: every death once, each with the right sender. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { requirePrerequisite } from '../support/prerequisite.js';
import { compile } from '../support/programs.js';
import { startSystem, type System } from '../support/system.js';

const lives = 5_000;
let system: System;
let program: Awaited<ReturnType<typeof compile>>;

interface Tally {
  readonly deaths: number;
  readonly rightly: number;
  readonly lives: number;
}

/** Of the children of one process: deaths by SIGKILL, those laid at the door of that process, distinct lives. */
async function tally(killer: number): Promise<Tally> {
  const sql = postgres(system.databaseUrl, { max: 1 });
  try {
    const [row] = await sql<Tally[]>`
      select count(*)::int as deaths,
             count(*) filter (where d.cause = 'SIGNALED' and d.actor_kind = 'PARENT' and d.actor_pid = ${killer})::int as rightly,
             count(distinct (d.boot, d.pid, d.start_ns))::int as lives
      from deaths d join processes p using (boot, pid, start_ns)
      where p.parent_pid = ${killer} and d.signal = 9`;
    return row!;
  } finally {
    await sql.end();
  }
}

async function settle(killer: number): Promise<Tally> {
  let last = await tally(killer);
  for (let attempt = 0; attempt < 600 && last.rightly < lives; attempt++) {
    await sleep(100);
    last = await tally(killer);
  }
  // Whatever would come twice has time to come.
  await sleep(500);
  return tally(killer);
}

describe.runIf(requirePrerequisite('root', 'btf', 'libbpf', 'cc'))('a flood', () => {
  beforeAll(async () => {
    [system, program] = await Promise.all([startSystem(), compile('spawn-and-kill')]);
  });

  afterAll(async () => {
    await system?.close();
    await program?.remove();
  });

  test('stores_every_death_once_with_the_right_sender', async () => {
    const killer = spawn(program.file, [String(lives)], { stdio: 'ignore' });
    await once(killer, 'exit');
    expect(await settle(killer.pid!)).toEqual({ deaths: lives, rightly: lives, lives });
  });

  test('stores_every_death_once_though_the_api_was_killed_and_away_for_ten_seconds', async () => {
    const killer = spawn(program.file, [String(lives)], { stdio: 'ignore' });
    const ended = once(killer, 'exit');
    await sleep(300);
    await system.stopApi('SIGKILL');
    await Promise.all([ended, sleep(10_000)]);
    await system.startApi();
    expect(await settle(killer.pid!)).toEqual({ deaths: lives, rightly: lives, lives });
  });
});
