/**
 * A thousand real processes with secrets in their command lines and environments; then everything that the product keeps
 * or says is searched: the spool as it is on disk, every body as the API received it, every row, every log.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../support/eventually.js';
import { requirePrerequisite } from '../support/prerequisite.js';
import { startRecorder, type Recorder } from '../support/recorder.js';
import { characters, secretCommands, seededRandom } from '../support/secret-commands.js';
import { startSystem, type System } from '../support/system.js';

const seed = 1_121_000;
const marker = `whodunit-secrets-end-${process.pid}`;
const real: Readonly<Record<string, string>> = { sh: '/bin/sh', bash: '/bin/bash', env: '/usr/bin/env' };
/** What the scripts call. Nothing else can be found by them, in particular no real chpasswd. */
const called = 'app aws chpasswd curl docker gzip mysql mysqldump passwd podman psql ssh su sudo true wget'.split(' ');

describe.runIf(requirePrerequisite('root', 'btf', 'libbpf'))('a thousand planted secrets', () => {
  const commands = secretCommands(seed, 1_000);
  const random = seededRandom(seed + 1);
  const environmentSecrets = commands.map(() => characters(random, 24));
  const needles = [...commands.flatMap((command) => command.needles), ...environmentSecrets];
  let system: System;
  let recorder: Recorder;
  let programs: string;
  const pids: number[] = [];
  let spool = '';

  beforeAll(async () => {
    programs = makePrograms(new Set([...called, ...commands.map(({ argv }) => argv[0])]));
    system = await startSystem();
    system.agent.kill('SIGTERM');
    await once(system.agent, 'exit');
    recorder = await startRecorder(system.url);
    const agent = system.spawnAgent({ options: ['--api', recorder.url] });
    await once(agent, 'message');
    recorder.refuses = true;
    for (const [index, { argv }] of commands.entries()) pids.push(await run(argv, environmentSecrets[index] ?? ''));
    pids.push(await run(['true', marker], ''));
    const directory = path.join(system.agentDirectory, 'spool');
    spool = await eventually(() => {
      const text = readAll(directory);
      return text.includes(marker) ? text : undefined;
    }, 60_000);
    recorder.refuses = false;
  }, 240_000);

  afterAll(async () => {
    await system?.close();
    await recorder?.close();
    if (programs) rmSync(programs, { recursive: true });
  });

  async function run(argv: readonly [string, ...string[]], secret: string): Promise<number> {
    const [program, ...args] = argv;
    const file = real[program] ?? path.join(programs, program);
    const env = { PATH: programs, PLANTED: secret, DB_PASSWORD: secret };
    const child = spawn(file, args, { argv0: program, env, stdio: 'ignore' });
    await once(child, 'exit');
    return child.pid ?? 0;
  }

  test('none_is_in_the_spool', () => {
    for (const needle of needles) expect(found(`… ${needle} …`, needles)).toContain(`… ${needle} …`);
    expect(spool.length).toBeGreaterThan(100_000);
    expect(found(spool, needles)).toEqual([]);
  });

  test('none_is_in_what_the_api_received', async () => {
    await eventually(() => recorder.bodies.some((body) => body.includes(marker)), 60_000);
    expect(found(recorder.bodies.join('\n'), needles)).toEqual([]);
  });

  test('none_is_in_the_database_which_has_every_process', async () => {
    const sql = postgres(system.databaseUrl, { max: 1, onnotice: () => undefined });
    const rows = await eventually(async () => {
      const text = await dump(sql);
      return text.includes(marker) ? text : undefined;
    }, 60_000);
    const stored = await sql<{ pid: number; said: string }[]>`
      select pid, array_to_string(args, ' ') as said from processes where pid = any(${pids})`;
    await sql.end();
    expect(new Set(stored.map(({ pid }) => pid)).size).toBe(new Set(pids).size);
    // What many have in common is one row of a table.
    const said = stored.map((row) => row.said).join(' ');
    expect(said.split('[redacted]').length).toBeGreaterThan(1_000);
    expect(found(`${rows} ${said}`, needles)).toEqual([]);
  });

  test('none_is_in_a_log', () => {
    const logs = ['agent.log', 'api.log', 'worker.log'].map((name) => path.join(system.agentDirectory, '..', name));
    const text = logs.map((log) => readFileSync(log, 'utf8')).join('\n');
    expect(text).not.toBe('');
    expect(found(text, needles)).toEqual([]);
  });
});

/** Each ends at once, whatever it is given. */
function makePrograms(names: ReadonlySet<string>): string {
  const directory = mkdtempSync(path.join(tmpdir(), 'whodunit-programs-'));
  for (const name of names) if (real[name] === undefined) symlinkSync('/bin/true', path.join(directory, name));
  return directory;
}

function readAll(directory: string): string {
  if (!existsSync(directory)) return '';
  return readdirSync(directory)
    .map((name) => readFileSync(path.join(directory, name), 'latin1'))
    .join('\n');
}

/** Every row of every table as text. */
async function dump(sql: postgres.Sql): Promise<string> {
  const tables = await sql<{ schema: string; name: string }[]>`
    select n.nspname as schema, c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind = 'r' and n.nspname not in ('pg_catalog', 'information_schema')`;
  const texts: string[] = [];
  for (const { schema, name } of tables)
    for (const { row } of await sql<{ row: string }[]>`select t::text as row from ${sql(schema)}.${sql(name)} t`)
      texts.push(row);
  return texts.join('\n');
}

const keyLength = 10;

/** The needles that are in the haystack, by their beginnings: one walk, however many there are. */
function found(haystack: string, needles: readonly string[]): readonly string[] {
  const byBeginning = new Map<string, string[]>();
  for (const needle of needles) {
    const key = needle.slice(0, keyLength);
    byBeginning.set(key, [...(byBeginning.get(key) ?? []), needle]);
  }
  const hits: string[] = [];
  for (let index = 0; index + keyLength <= haystack.length; index += 1) {
    const candidates = byBeginning.get(haystack.slice(index, index + keyLength)) ?? [];
    if (candidates.some((needle) => haystack.startsWith(needle, index)))
      hits.push(haystack.slice(Math.max(0, index - 200), index + 60));
  }
  return hits;
}
