/** Who started it again: real guards, shell loops and a real systemd, through the real agent. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../support/eventually.js';
import { bootMachine } from '../support/machine.js';
import { requirePrerequisite } from '../support/prerequisite.js';
import { startSystem, stop, type System } from '../support/system.js';

const question = `query ($host: String!, $pid: Int!) { whoKilled(host: $host, pid: $pid) {
  verdict { cause }
  restart { kind process { pid args } by { pid comm } delay recently isLoop } } }`;
const twin = join(import.meta.dirname, '../fixtures/programs/twin.py');

interface Restart {
  readonly kind: string;
  readonly process: { readonly pid: number; readonly args: string[] };
  readonly by: { readonly pid: number; readonly comm: string } | null;
  readonly delay: number;
  readonly recently: number;
  readonly isLoop: boolean;
}

describe.runIf(requirePrerequisite('root', 'btf', 'libbpf', 'python3'))('Death.restart', () => {
  let system: System;
  const cleanups: (() => Promise<unknown>)[] = [];

  beforeAll(async () => {
    system = await startSystem();
  });
  afterAll(() => system?.close());
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  });

  async function restartNow(pid: number): Promise<Restart | null | undefined> {
    const reply = await system.gql<{ whoKilled: { restart: Restart | null } }>(question, { host: system.host, pid });
    return reply.data?.whoKilled?.restart;
  }
  const restartOf = (pid: number) => eventually(() => restartNow(pid));

  function start(program: string, ...args: string[]): ChildProcess & { pid: number } {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    cleanups.push(() => stop(child, 'SIGKILL'));
    return child as ChildProcess & { pid: number };
  }

  /** Kills by pid, as somebody else. */
  async function shoot(pid: number): Promise<void> {
    await once(spawn('/bin/kill', ['-9', String(pid)], { stdio: 'ignore' }), 'exit');
  }

  test('a_shell_loop_is_named_and_its_third_short_life_is_a_loop', async () => {
    const loop = start('/bin/sh', '-c', 'for n in 1 2 3 4; do sleep 1234 & echo $!; wait; done');
    const pids: number[] = [];
    loop.stdout!.on('data', (data: Buffer) => pids.push(...data.toString().trim().split('\n').map(Number)));
    for (const nth of [0, 1, 2]) await shoot(await eventually(() => pids[nth]));
    await eventually(() => pids[3]);
    cleanups.push(() => shoot(pids[3]!));
    expect(await restartOf(pids[0]!)).toMatchObject({ process: { pid: pids[1] }, recently: 0, isLoop: false });
    expect(await restartOf(pids[2]!)).toEqual({
      kind: 'COMMAND',
      process: { pid: pids[3], args: ['sleep', '1234'] },
      by: { pid: loop.pid, comm: 'sh' },
      delay: expect.any(Number),
      recently: 2,
      isLoop: true,
    });
    expect(await restartNow(pids[3]!)).toBeUndefined();
  });

  test('two_daemons_that_guard_each_other_are_told_apart', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'whodunit-twins-'));
    const pidOf = async (name: string, not = 0) => {
      const pid = await eventually(async () => {
        const found = Number(await readFile(join(directory, name), 'utf8').catch(() => ''));
        return found === not ? 0 : found;
      });
      return pid;
    };
    const left = start(twin, 'left', 'right', directory);
    cleanups.push(async () => {
      await writeFile(join(directory, 'stop'), '');
      await eventually(() => !['left', 'right'].some((name) => lives.get(name)?.()));
      await rm(directory, { recursive: true });
    });
    const lives = new Map<string, () => boolean>();
    const watch = (name: string, pid: number) => lives.set(name, () => isAlive(pid));

    const right = await pidOf('right');
    await shoot(right);
    const newRight = await pidOf('right', right);
    watch('right', newRight);
    expect(await restartOf(right)).toMatchObject({
      kind: 'COMMAND',
      process: { pid: newRight },
      by: { pid: left.pid },
    });

    await shoot(left.pid);
    const newLeft = await pidOf('left', left.pid);
    watch('left', newLeft);
    expect(await restartOf(left.pid)).toMatchObject({ process: { pid: newLeft }, by: { pid: newRight } });
  });

  test('a_command_that_a_script_runs_twice_is_none', async () => {
    const script = start('/bin/sh', '-c', 'ls / >/dev/null & echo $!; wait; ls / >/dev/null; ls / >/dev/null');
    const [data] = (await once(script.stdout!, 'data')) as [Buffer];
    await once(script, 'exit');
    const pid = Number(data.toString());
    await eventually(async () => (await restartNow(pid)) !== undefined);
    expect(await restartNow(pid)).toBeNull();
  });

  test.runIf(requirePrerequisite('machine'))('systemd_is_named_for_its_services', { timeout: 180_000 }, async () => {
    const machine = bootMachine();
    cleanups.push(() => machine.close());
    const canRun = () => {
      try {
        return machine.run('systemctl', 'is-active', 'cron') === 'active\n';
      } catch {
        return false;
      }
    };
    await eventually(canRun, 60_000);
    const always = ['--property=Restart=always', '--property=RestartSec=300ms'];
    const { pid, inside } = machine.startService('phoenix', ...always, '/bin/sleep', '300');
    machine.run('kill', '-9', String(inside));
    expect(await restartOf(pid)).toMatchObject({
      kind: 'SERVICE',
      process: { args: ['/bin/sleep', '300'] },
      by: { comm: 'systemd' },
      recently: 0,
      isLoop: false,
    });
    // Its end is nobody's doing, and so is that of the next five: systemd's start limit.
    machine.run('systemd-run', '--unit=lemming', '--property=Restart=always', '/bin/sh', '-c', 'exit 3');
    const deaths = await eventually(async () => {
      const reply = await system.gql<{ deaths: { nodes: { restart: Restart | null }[] } }>(
        `query ($host: String!) { deaths(filter: { host: $host, unit: "lemming.service" }) { nodes {
          restart { kind process { pid args } by { pid comm } delay recently isLoop } } } }`,
        { host: system.host },
      );
      const nodes = reply.data?.deaths.nodes ?? [];
      return nodes.length === 5 ? nodes : null;
    }, 60_000);
    // Newest first: the last was not started again.
    expect(deaths.map(({ restart }) => restart && [restart.recently, restart.isLoop])).toEqual([
      ...[null, [3, true], [2, true], [1, false], [0, false]],
    ]);
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
