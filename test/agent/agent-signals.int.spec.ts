/** Who made a signal, and for whom: a process, itself, one of its threads, the kernel; across pid namespaces and pids that wrap. */
import { spawn, spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KnownEvent } from '../../src/contract/index.js';
import { requirePrerequisite } from '../support/prerequisite.js';
import { key } from './agent-api.js';
import { buildAgent, compileProgram, createWorld, eventually, type World } from './agent-process.js';

describe.runIf(requirePrerequisite('root', 'btf', 'libbpf', 'cc'))('a signal', () => {
  let world: World;
  let ends: string;
  let spawnAndKill: string;

  beforeAll(async () => {
    buildAgent();
    ends = (await compileProgram('ends')) ?? '';
    spawnAndKill = (await compileProgram('spawn-and-kill')) ?? '';
    world = await createWorld();
    await world.start('--sensor', 'ebpf');
  });
  afterAll(() => world?.close());

  const death = (pid: number) => eventually(`death of ${pid}`, () => world.api.deathOf(pid));
  const run = async (...args: string[]) => death(spawnSync(ends, args).pid);

  it('of_another_process_has_its_sender_and_is_for_the_group', async () => {
    const { pid = 0 } = spawn('/bin/sleep', ['68']);
    const kill = spawnSync('/bin/kill', ['-TERM', String(pid)]);
    const [signal] = (await death(pid)).signals;
    expect(signal).toMatchObject({ signal: 15, code: 0, sender: { pid: kill.pid } });
    expect(signal).not.toHaveProperty('thread');
    expect(signal).not.toHaveProperty('running');
  });

  it('to_itself_has_itself_as_sender', async () => {
    const { exit, signals } = await run('self');
    expect(signals.at(-1)).toMatchObject({ signal: 15, code: 0, sender: { pid: exit.pid, start: exit.start } });
    expect(signals.at(-1)).not.toHaveProperty('thread');
  });

  it('to_a_thread_names_the_thread', async () => {
    const raised = await run('raise');
    expect(raised.signals.at(-1)).toMatchObject({
      code: -6,
      thread: raised.exit.pid,
      sender: { pid: raised.exit.pid },
    });
    const other = await run('other-thread');
    const signal = other.signals.at(-1);
    expect(signal).toMatchObject({ code: -6, sender: { pid: other.exit.pid } });
    expect(signal?.thread).toBeGreaterThan(other.exit.pid);
  });

  it('of_the_kernel_has_no_sender', async () => {
    const { exit, signals } = await run('alarm');
    expect(exit.signal).toBe(26);
    expect(signals.at(-1)).toMatchObject({ signal: 26, code: 128, running: { pid: exit.pid } });
    expect(signals.at(-1)).not.toHaveProperty('sender');
  });

  it('of_a_timer_of_the_process_itself_that_it_catches_is_not_told', async () => {
    const { exit, signals } = await run('profiled');
    expect(exit.code).toBe(0);
    expect(signals).toEqual([]);
  });

  it.each(['WINCH', 'CHLD', 'URG'])('SIG%s_is_told_when_another_process_sends_it', async (name) => {
    const { pid = 0 } = spawn('/bin/sleep', ['69']);
    const sender = spawnSync('/bin/kill', [`-${name}`, String(pid)]).pid;
    spawnSync('/bin/kill', ['-KILL', String(pid)]);
    const { signals } = await death(pid);
    expect(signals.map((signal) => signal.sender?.pid)).toContain(sender);
    expect(signals).toHaveLength(2);
  });

  it('in_a_pid_namespace_names_both_as_the_host_knows_them', async () => {
    // Shot before its exec, it would still be a shell.
    const script = 'sleep 6174 & sleep 0.3; kill -TERM $!; wait';
    spawnSync('unshare', ['--pid', '--fork', '--mount-proc', '/bin/sh', '-c', script]);
    const isVictim = (event: KnownEvent) => event.kind === 'process' && event.args[1] === '6174';
    const victim = await eventually('the victim', () => world.api.events.find(isVictim));
    if (victim.kind !== 'process') throw new Error('not a process');
    const { exit, signals, sender } = await death(victim.pid);
    expect(exit).toMatchObject({ signal: 15, start: victim.start });
    expect(signals.at(-1)?.sender).toEqual({ pid: victim.parent?.pid, start: victim.parent?.start });
    expect(sender?.args).toEqual(['/bin/sh', '-c', script]);
    expect(victim.pid).toBeGreaterThan(2);
  });

  it('hits_the_right_one_of_20000_lives_that_share_4096_pids', async () => {
    const before = world.api.events.length;
    // The shell puts the limit back, also when this test is ended.
    const script = `old=$(cat /proc/sys/kernel/pid_max); trap 'echo $old > /proc/sys/kernel/pid_max' EXIT INT TERM HUP
      echo 4096 > /proc/sys/kernel/pid_max; ${spawnAndKill} 20000`;
    const run = spawn('/bin/sh', ['-c', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    run.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    const status = await new Promise((resolve) => run.once('close', resolve));
    expect(status).toBe(0);
    const pids = output.trim().split('\n').map(Number);
    expect(pids).toHaveLength(20_000);
    expect(Math.max(...pids)).toBeLessThan(4_096);
    await eventually('the end', () => world.api.deathOf(run.pid ?? 0), 30_000);
    const events = world.api.events.slice(before);
    const program = events.find((event) => event.kind === 'process' && event.args[0] === spawnAndKill);
    if (program?.kind !== 'process') throw new Error('no program');
    const lives = new Map<string, string[]>();
    for (const event of events) {
      if (event.kind === 'process' && event.parent && key(event.parent) === key(program)) {
        if (!lives.has(key(event))) lives.set(key(event), []);
      }
      if (event.kind === 'exit') lives.get(key(event))?.push(`exit ${event.signal}`);
      if (event.kind === 'signal') {
        lives.get(key(event.target))?.push(`${event.signal} of ${event.sender && key(event.sender)}`);
      }
    }
    const expected = [`9 of ${key(program)}`, 'exit 9'];
    expect(lives.size).toBe(20_000);
    expect([...lives.values()].filter((told) => told.join() !== expected.join())).toEqual([]);
  }, 120_000);
});
