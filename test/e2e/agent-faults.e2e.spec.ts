/**
 * Under load, with the real agent and API: a full disk, one that fails, an API that is gone, a clock that jumps, a host
 * that sleeps. Each time every death is stored once or counted, and the ledger balances.
 *
 * Times are short here. FAULT_OUTAGE_SECONDS=600 and FAULT_SUSPEND_SECONDS=60 are those of the requirement.
 */
import { spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import postgres from 'postgres';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../support/eventually.js';
import { droppedOf, lossesOf, sentenceOf } from '../support/ledger.js';
import { requirePrerequisite } from '../support/prerequisite.js';
import { compile, compileLibrary } from '../support/programs.js';
import { accountOf, settle, type Account } from '../support/settle.js';
import { agentReady, startSystem, stop, type AgentStart, type System } from '../support/system.js';
import { startLoad } from '../support/truth.js';

const seconds = (variable: string, otherwise: number) => Number(process.env[variable] ?? otherwise) * 1_000;
const outageMs = seconds('FAULT_OUTAGE_SECONDS', 4);
const suspendMs = seconds('FAULT_SUSPEND_SECONDS', 4);
const rate = Number(process.env['FAULT_RATE'] ?? 200);
const timeoutMs = 180_000 + 3 * outageMs + 3 * suspendMs;

let system: System;
let program: Awaited<ReturnType<typeof compile>>;
let library: Awaited<ReturnType<typeof compile>>;
let directory: string;
const undo: (() => void)[] = [];

const logSince = async (length: number) => (await system.agentLog()).slice(length);
const spool = () => path.join(system.agentDirectory, 'spool');

/** A small file system of its own for the spool. */
async function mountSmall(size: string): Promise<void> {
  await rm(spool(), { recursive: true, force: true });
  await mkdir(spool(), { mode: 0o700 });
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'whodunit-test', spool()]);
  expect(mounted.status).toBe(0);
  undo.push(() => spawnSync('umount', ['-l', spool()]));
}

/** EIO for files of the spool, as long as the switch says `write` or `fsync`. */
const failing = (): AgentStart => ({
  env: { LD_PRELOAD: library.file, FAILING_DIRECTORY: spool(), FAILING_SWITCH: path.join(directory, 'switch') },
});
const failNow = (what: 'write' | 'fsync' | 'nothing') => writeFile(path.join(directory, 'switch'), what);

/**
 * Load, trouble, the end of both; then everything is delivered and compared. `dropped`: what agents lost meanwhile. What the
 * kernel had no room for is another matter: whatever else runs on this host fills the ring too.
 */
async function under(
  how: AgentStart,
  trouble: (agent: ChildProcess, logLength: number) => Promise<void>,
): Promise<Account & { readonly dropped: number }> {
  const before = droppedOf((await accountOf(system, [])).ledger);
  const logLength = (await system.agentLog()).length;
  const agent = system.spawnAgent(how);
  await agentReady(agent, system.agentLog);
  const load = startLoad(program.file, rate);
  await sleep(500);
  await trouble(agent, logLength);
  const truth = await load.stop();
  await settle(system, agent);
  const account = await accountOf(system, truth);
  console.log(JSON.stringify(account.result));
  for (const stream of account.ledger.streams) console.log(sentenceOf(stream));
  expect(account.result).toMatchObject({ twice: 0, vanished: 0 });
  expect(account.ledger.streams.filter(({ balanced }) => !balanced)).toEqual([]);
  return { ...account, dropped: droppedOf(account.ledger) - before };
}

async function withoutApi(meanwhile: () => Promise<unknown>): Promise<void> {
  await system.stopApi('SIGKILL');
  await meanwhile();
  await system.startApi();
}

describe.runIf(requirePrerequisite('root', 'btf', 'libbpf', 'cc'))('the ledger balances', () => {
  beforeAll(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'whodunit-faults-'));
    [system, program, library] = await Promise.all([
      startSystem(),
      compile('steady-kills'),
      compileLibrary('failing-disk'),
    ]);
    await stop(system.agent, 'SIGTERM');
  });

  afterEach(() => undo.splice(0).forEach((act) => act()));

  afterAll(async () => {
    await system?.close();
    await Promise.all([program?.remove(), library?.remove()]);
    await rm(directory, { recursive: true, force: true });
  });

  test(
    'when_the_disk_is_full',
    async () => {
      await mountSmall('256k');
      const { dropped } = await under({}, (_, from) =>
        withoutApi(() => eventually(async () => (await logSince(from)).includes('cannot be written (ENOSPC'))),
      );
      expect(dropped).toBe(0);
    },
    timeoutMs,
  );

  test(
    'when_the_disk_is_full_and_the_agent_is_killed',
    async () => {
      await mountSmall('256k');
      const { dropped } = await under({}, async (agent, from) => {
        await withoutApi(async () => {
          await eventually(async () => (await logSince(from)).includes('cannot be written (ENOSPC'));
          await stop(agent, 'SIGKILL');
        });
      });
      expect(dropped).toBe(0);
    },
    timeoutMs,
  );

  test(
    'when_the_spool_is_full',
    async () => {
      const before = lossesOf((await accountOf(system, [])).ledger, 'spool-full');
      const { dropped, ledger } = await under({ options: ['--spool-max-mib', '1'] }, (_, from) =>
        withoutApi(() => eventually(async () => (await logSince(from)).includes('oldest segment is dropped'), 60_000)),
      );
      expect(lossesOf(ledger, 'spool-full')).toBe(before + dropped);
      expect(dropped).toBeGreaterThan(0);
    },
    timeoutMs,
  );

  test.each(['write', 'fsync'] as const)(
    'when_the_disk_fails_at %s',
    async (operation) => {
      await failNow('nothing');
      const { dropped } = await under(failing(), async (_, from) => {
        await withoutApi(async () => {
          await failNow(operation);
          await eventually(async () => (await logSince(from)).includes('cannot be written (EIO'));
          await sleep(1_000);
        });
        await failNow('nothing');
        await eventually(async () => (await logSince(from)).includes('can be written again'));
      });
      expect(dropped).toBe(0);
    },
    timeoutMs,
  );

  test(
    `when_the_api_is_gone (${outageMs / 1_000} s)`,
    async () => {
      const { dropped } = await under({}, () => withoutApi(() => sleep(outageMs)));
      expect(dropped).toBe(0);
    },
    timeoutMs,
  );

  test.runIf(requirePrerequisite('faketime'))(
    'when_the_wall_clock_jumps_by_a_day_and_back',
    async () => {
      const clock = path.join(directory, 'clock');
      await writeFile(clock, '+0d');
      const env = {
        LD_PRELOAD: faketimeLibrary(),
        FAKETIME_TIMESTAMP_FILE: clock,
        FAKETIME_NO_CACHE: '1',
        FAKETIME_DONT_FAKE_MONOTONIC: '1',
      };
      const sql = postgres(system.databaseUrl, { max: 1 });
      undo.push(() => void sql.end());
      const bootedAt = async () =>
        Number((await sql`select extract(epoch from max(booted_at)) as s from boots`)[0]!['s']);
      const { dropped } = await under({ env }, async () => {
        const before = await bootedAt();
        for (const days of [1, -1, 0]) {
          await writeFile(clock, `${days < 0 ? '' : '+'}${days}d`);
          // The server has heard of it.
          await eventually(async () => Math.round(((await bootedAt()) - before) / 86_400) === days);
        }
      });
      expect(dropped).toBe(0);
    },
    timeoutMs,
  );

  test(
    `when_the_agent_is_suspended (${suspendMs / 1_000} s)`,
    async () => {
      const { dropped } = await under({}, async (agent) => {
        agent.kill('SIGSTOP');
        await sleep(suspendMs);
        agent.kill('SIGCONT');
      });
      expect(dropped).toBe(0);
    },
    timeoutMs,
  );

  test(
    'and_says_how_fast_a_backlog_is_worked_off',
    async () => {
      const sql = postgres(system.databaseUrl, { max: 1 });
      undo.push(() => void sql.end());
      const stored = async () => Number((await sql`select sum(stored) as n from ledger_streams`)[0]!['n']);
      const agent = system.spawnAgent();
      await agentReady(agent, system.agentLog);
      await system.stopApi('SIGKILL');
      const before = await stored();
      const load = startLoad(program.file, rate);
      await sleep(outageMs);
      const truth = await load.stop();
      await system.startApi();
      await eventually(async () => (await stored()) > before);
      const beganMs = performance.now();
      const { pid } = truth.at(-1)!;
      await eventually(async () => (await sql`select 1 from deaths where pid = ${pid} limit 1`).length > 0, timeoutMs);
      const elapsedMs = performance.now() - beganMs;
      const events = (await stored()) - before;
      const ratio = events / elapsedMs / (events / outageMs);
      const perSecond = (ms: number) => Math.round((events / ms) * 1_000);
      console.log(JSON.stringify({ events, live: perSecond(outageMs), caughtUp: perSecond(elapsedMs), ratio }));
      await settle(system, agent);
      expect((await accountOf(system, truth)).result).toMatchObject({ twice: 0, vanished: 0 });
    },
    timeoutMs,
  );
});

function faketimeLibrary(): string {
  const places = ['x86_64', 'aarch64'].map((machine) => `/usr/lib/${machine}-linux-gnu/faketime/libfaketimeMT.so.1`);
  return places.find((place) => existsSync(place)) ?? '';
}
