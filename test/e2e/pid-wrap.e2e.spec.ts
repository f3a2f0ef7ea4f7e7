/**
 * 20,000 short lives that share 4,096 pids, each with a number of its own: what is stored as the death of a life, with its
 * command line, sender and verdict, is of that life and of no other of the same pid.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../support/eventually.js';
import { requirePrerequisite } from '../support/prerequisite.js';
import { compile } from '../support/programs.js';
import { startSystem, type System } from '../support/system.js';

const lives = 20_000;
const pidMax = 4_096;

interface Stored {
  readonly pid: number;
  readonly number: string;
  readonly code: number;
  readonly signal: number;
  readonly verdict: string;
}

describe.runIf(requirePrerequisite('root', 'btf', 'libbpf', 'cc'))('pids that come back', () => {
  let system: System;
  let program: Awaited<ReturnType<typeof compile>>;

  beforeAll(async () => {
    [system, program] = await Promise.all([startSystem(), compile('unique-lives')]);
  });
  afterAll(async () => {
    await system?.close();
    await program?.remove();
  });

  /** The shell puts the limit back, also when this test is ended. */
  async function live() {
    const script = `old=$(cat /proc/sys/kernel/pid_max); trap 'echo $old > /proc/sys/kernel/pid_max' EXIT INT TERM HUP
      echo ${pidMax} > /proc/sys/kernel/pid_max; ${program.file} ${lives}`;
    const shell = spawn('/bin/sh', ['-c', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    let text = '';
    shell.stdout.setEncoding('utf8').on('data', (more: string) => (text += more));
    const [status] = (await once(shell, 'close')) as [number | null];
    expect(status).toBe(0);
    return text.trim().split('\n').toSorted();
  }

  async function stored(sql: postgres.Sql): Promise<readonly Stored[]> {
    return sql<Stored[]>`
      select d.pid, p.args[3] as number, coalesce(d.exit_code, -1)::int as code, coalesce(d.signal, 0)::int as signal,
             d.cause || ' ' || d.actor_kind || ' ' || (d.actor_pid = d.pid or d.actor_pid = p.parent_pid) as verdict
      from deaths d join processes p using (boot, pid, start_ns)
      where p.args[1] = ${program.file} and p.args[2] = 'live' and d.cause is not null`;
  }

  test('each_death_is_joined_to_its_own_life', { timeout: 300_000 }, async () => {
    const truth = await live();
    const sql = postgres(system.databaseUrl, { max: 1 });
    try {
      const rows = await eventually(async () => {
        const found = await stored(sql);
        return found.length >= truth.length ? found : null;
      }, 120_000);
      const told = rows.map(({ pid, number, code, signal }) => `${pid} ${number} ${code} ${signal}`);
      expect(Math.max(...rows.map(({ pid }) => pid))).toBeLessThan(pidMax);
      expect(told.toSorted()).toEqual(truth);
      const verdictOf = ({ code, signal }: Stored) =>
        signal > 0 ? 'SIGNALED PARENT true' : `${code === 0 ? 'EXITED' : 'FAILED'} SELF true`;
      expect(rows.filter((row) => row.verdict !== verdictOf(row))).toEqual([]);
    } finally {
      await sql.end();
    }
  });
});
