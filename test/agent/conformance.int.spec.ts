/** Ends and signals of real processes, on each rung: test/conformance/promises.ts says which is promised where. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, expect } from 'vitest';
import { endPromises } from '../conformance/promises.js';
import { onEachRung, type Host } from '../conformance/on-rungs.js';
import { createCgroups, inCgroup } from '../support/cgroups.js';
import { key } from './agent-api.js';
import { buildAgent, compileProgram, eventually } from './agent-process.js';

let ends = '';
let spawnAndKill = '';

beforeAll(async () => {
  buildAgent();
  ends = (await compileProgram('ends')) ?? '';
  spawnAndKill = (await compileProgram('spawn-and-kill')) ?? '';
});

const exitsOf = ({ world }: Host, pid: number) =>
  world.api.events.filter((event) => event.kind === 'exit' && event.pid === pid);
const run = (program: string, ...args: readonly string[]) => spawnSync(program, args).pid;

onEachRung(endPromises, {
  async notices_that_a_process_is_gone(host) {
    const { pid = 0 } = spawn('/bin/sleep', ['2']);
    expect((await host.death(pid)).process).toMatchObject({ args: ['/bin/sleep', '2'], parent: { pid: process.pid } });
  },

  async tells_the_exit_code(host) {
    const { exit } = await host.death(run('/bin/sh', '-c', 'exit 3'));
    expect(exit).toMatchObject({ code: 3, coreDumped: false });
    expect(exit).not.toHaveProperty('signal');
    expect((await host.death(run('/bin/true'))).exit.code).toBe(0);
  },

  async tells_an_exit_code_of_137_from_a_kill(host) {
    const { exit, signals } = await host.death(run(ends, 'exit', '137'));
    expect(exit.code).toBe(137);
    expect(signals).toEqual([]);
  },

  async tells_the_signal_that_killed(host) {
    for (const signal of ['SIGKILL', 'SIGHUP', 'SIGINT', 'SIGUSR1'] as const) {
      const victim = spawn('/bin/sleep', ['60']);
      victim.kill(signal);
      const { exit } = await host.death(victim.pid ?? 0);
      expect(exit.signal).toBe({ SIGKILL: 9, SIGHUP: 1, SIGINT: 2, SIGUSR1: 10 }[signal]);
      expect(exit).not.toHaveProperty('code');
    }
  },

  async tells_a_default_SIGTERM_although_the_kernel_delivers_it_as_9(host) {
    const { exit, signals } = await host.death(run('/bin/sh', '-c', 'kill -TERM $$'));
    expect(exit.signal).toBe(15);
    expect(signals.map(({ signal, disposition }) => [signal, disposition])).toEqual([[15, 'default']]);
  },

  async tells_an_abort_by_itself(host) {
    const { exit, signals } = await host.death(run(ends, 'abort'));
    expect(exit.signal).toBe(6);
    expect(signals.at(-1)).toMatchObject({ signal: 6, code: -6, sender: { pid: exit.pid } });
  },

  async tells_a_crash_and_that_nobody_sent_it(host) {
    const { exit, signals } = await host.death(run(ends, 'null'));
    expect(exit.signal).toBe(11);
    expect(signals.at(-1)).toMatchObject({ signal: 11, code: 1, running: { pid: exit.pid } });
    expect(signals.at(-1)).not.toHaveProperty('sender');
  },

  async tells_the_address_of_a_fault(host) {
    const { signals } = await host.death(run(ends, 'address'));
    expect(signals.at(-1)).toMatchObject({ signal: 11, address: '0xdead000' });
  },

  async ends_a_process_of_many_threads_once(host) {
    const pids = Array.from({ length: 30 }, () => run(ends, 'threads', '8'));
    await host.death(run('/bin/true'));
    for (const pid of pids) expect(exitsOf(host, pid)).toMatchObject([{ code: 0 }]);
  },

  async tells_the_code_when_another_thread_exits(host) {
    expect((await host.death(run(ends, 'thread-exit', '5'))).exit).toMatchObject({ code: 5 });
  },

  async records_a_process_that_lives_for_a_millisecond(host) {
    const { process: described, exit } = await host.death(run('/bin/true'));
    expect(described).toMatchObject({ exe: '/bin/true', comm: 'true', origin: 'exec', parent: { pid: process.pid } });
    expect(BigInt(exit.at)).toBeGreaterThan(BigInt(exit.start));
  },

  async records_a_fork_that_never_calls_exec(host) {
    const shell = spawnSync('/bin/sh', ['-c', 'sleep 0.4; (exit 7) & echo $!; wait'], { encoding: 'utf8' });
    const { exit, process: child } = await host.death(Number(shell.stdout));
    expect(exit.code).toBe(7);
    const args = ['/bin/sh', '-c', expect.stringContaining('(exit 7)')];
    expect(child).toMatchObject({ origin: 'fork', parent: { pid: shell.pid }, args });
  },

  async tells_the_end_in_a_pid_namespace_with_the_pids_of_the_host(host) {
    const outside = spawn('unshare', [
      '--fork',
      '--pid',
      '--mount-proc',
      '/bin/sh',
      '-c',
      'sleep 61 & kill -9 $!; wait $!; exit 4',
    ]);
    const childOf = (parent: number | undefined) =>
      eventually(`a child of ${parent}`, () =>
        host.world.api.events.find((event) => event.kind === 'process' && event.parent?.pid === parent),
      );
    const inside = await childOf(outside.pid);
    const shell = await host.death((inside as { pid: number }).pid);
    expect(shell.exit).toMatchObject({ code: 4 });
    const victim = await host.death(((await childOf(shell.exit.pid)) as { pid: number }).pid);
    expect(victim.exit.signal).toBe(9);
    expect(victim.signals.at(-1)?.sender).toMatchObject({ pid: shell.exit.pid });
  },

  async tells_the_victim_of_the_OOM_killer(host) {
    const cgroups = createCgroups();
    try {
      const cgroup = cgroups.make('memory', `whodunit-conformance-${host.rung}-${process.pid}`);
      const hog = inCgroup(
        cgroup,
        `echo 16000000 > ${cgroup}/memory.limit_in_bytes 2>/dev/null || echo 16000000 > ${cgroup}/memory.max; exec perl -e '$x = "a" x (64 * 1024 * 1024)'`,
      );
      const { exit, signals } = await host.death(await hog.ended);
      expect(exit.signal).toBe(9);
      expect(signals.at(-1)).toMatchObject({ signal: 9, code: 128 });
      const oom = host.world.api.events.find((event) => event.kind === 'oom_kill' && event.victim.pid === exit.pid);
      expect(oom).toMatchObject({ victim: { pid: exit.pid, start: exit.start } });
    } finally {
      cgroups.remove();
    }
  },

  async loses_none_of_2000_kills_at_full_speed_and_tells_none_twice(host) {
    const before = host.world.api.events.length;
    const shooter = spawn(spawnAndKill, ['2000'], { stdio: ['ignore', 'pipe', 'ignore'] });
    shooter.stdout.resume();
    await once(shooter, 'exit');
    await host.death(shooter.pid ?? 0);
    const events = host.world.api.events.slice(before);
    const children = new Set(
      events.flatMap((event) => (event.kind === 'process' && event.parent?.pid === shooter.pid ? [key(event)] : [])),
    );
    expect(children.size).toBe(2_000);
    const deaths = events.filter((event) => event.kind === 'exit' && children.has(key(event)));
    expect(deaths).toHaveLength(2_000);
    expect(deaths.filter((event) => event.kind === 'exit' && event.signal !== 9)).toEqual([]);
    const kills = events.filter((event) => event.kind === 'signal' && event.sender?.pid === shooter.pid);
    expect(new Set(kills.map((event) => (event.kind === 'signal' ? key(event.target) : '')))).toEqual(children);
    expect(kills).toHaveLength(2_000);
    expect(events.filter(({ kind }) => kind === 'loss')).toEqual([]);
    await sleep(0);
  },
});
