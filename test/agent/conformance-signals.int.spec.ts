/** Senders and signals, on each rung: test/conformance/promises.ts says which is promised where. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, beforeAll, expect } from 'vitest';
import { signalPromises } from '../conformance/promises.js';
import { onEachRung, type Host } from '../conformance/on-rungs.js';
import type { KnownEvent, ProcessEvent } from '../../src/contract/index.js';
import { key } from './agent-api.js';
import { buildAgent, compileProgram, eventually } from './agent-process.js';

let sends = '';
const children: ChildProcess[] = [];

beforeAll(async () => {
  buildAgent();
  sends = (await compileProgram('sends')) ?? '';
});
afterEach(() => children.splice(0).forEach((child) => child.kill('SIGKILL')));

function start(program: string, ...args: readonly string[]) {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'ignore'] });
  children.push(child);
  return { pid: child.pid ?? 0, said: once(child.stdout, 'data').then(String) };
}

const sleeper = () => start('/bin/sleep', '60').pid;

/** A program that sends one signal and lives on. */
async function send(how: string, pid: number, signal: number): Promise<number> {
  const sender = start(sends, how, String(pid), String(signal));
  await sender.said;
  return sender.pid;
}

const processesIn = (events: readonly KnownEvent[]) => events.filter((event) => event.kind === 'process');

/** From the process to the oldest that is known. */
function lineageOf({ world }: Host, process: ProcessEvent | undefined): readonly ProcessEvent[] {
  const lineage: ProcessEvent[] = [];
  for (let one = process; one !== undefined && lineage.length < 100;) {
    lineage.push(one);
    const parent: string | undefined = one.parent && key(one.parent);
    one = processesIn(world.api.events).findLast((event) => key(event) === parent);
  }
  return lineage;
}

const signalsTo = ({ world }: Host, pid: number) =>
  world.api.events.filter((event) => event.kind === 'signal').filter(({ target }) => target.pid === pid);

onEachRung(signalPromises, {
  async names_the_whole_command_line_of_a_process_that_lives_for_a_second({ world }) {
    const args = ['1.5', '--note', '', 'ü x'];
    const pid = start('/bin/sh', '-c', 'sleep "$1"', 'sh', ...args).pid;
    const described = await eventually('its description', () =>
      processesIn(world.api.events).find((event) => event.pid === pid && event.args.length > 1 && event.comm === 'sh'),
    );
    expect(described).toMatchObject({
      args: ['/bin/sh', '-c', 'sleep "$1"', 'sh', ...args],
      user: { name: expect.any(String) },
    });
  },

  async names_the_sender_of_a_kill_with_command_line_and_lineage(host) {
    const victim = sleeper();
    const shooter = await send('kill', victim, 9);
    const { sender, signals } = await host.death(victim);
    expect(signals.at(-1)).toMatchObject({ signal: 9, code: 0, result: 'delivered', disposition: 'default' });
    expect(sender).toMatchObject({ pid: shooter, exe: sends, args: [sends, 'kill', String(victim), '9'] });
    const lineage = lineageOf(host, sender).map(({ pid }) => pid);
    expect(lineage[1]).toBe(process.pid);
    expect(lineage.at(-1)).toBe(1);
  },

  async names_the_program_and_lineage_of_a_killer_that_is_gone_at_once(host) {
    const victim = sleeper();
    spawnSync('/bin/kill', ['-9', String(victim)]);
    const { sender } = await host.death(victim);
    expect(sender).toMatchObject({ exe: '/bin/kill', comm: 'kill', parent: { pid: process.pid } });
    expect(lineageOf(host, sender).at(-1)?.pid).toBe(1);
  },

  async names_the_command_line_of_a_killer_that_is_gone_at_once(host) {
    const victim = sleeper();
    spawnSync('/bin/kill', ['-9', String(victim)]);
    expect((await host.death(victim)).sender?.args).toEqual(['/bin/kill', '-9', String(victim)]);
  },

  async tells_every_victim_of_a_shot_at_a_process_group(host) {
    const leader = spawn('/bin/sh', ['-c', 'sleep 61 & sleep 62 & echo $!; wait'], {
      detached: true,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    children.push(leader);
    await once(leader.stdout!, 'data');
    const shooter = await send('group', leader.pid ?? 0, 15);
    await host.death(leader.pid ?? 0);
    const victims = await eventually('three victims', () => {
      const shots = host.world.api.events.filter((event) => event.kind === 'signal' && event.sender?.pid === shooter);
      return shots.length === 3 && shots;
    });
    for (const shot of victims) {
      if (shot.kind !== 'signal') continue;
      expect(shot).toMatchObject({ signal: 15, code: 0 });
      expect((await host.death(shot.target.pid)).exit.signal).toBe(15);
    }
  },

  async tells_a_queued_signal(host) {
    const victim = sleeper();
    const shooter = await send('queue', victim, 12);
    const { signals, exit } = await host.death(victim);
    expect(exit.signal).toBe(12);
    expect(signals.at(-1)).toMatchObject({ signal: 12, code: -1, sender: { pid: shooter } });
  },

  async tells_a_signal_through_a_pidfd(host) {
    const victim = sleeper();
    const shooter = await send('pidfd', victim, 9);
    expect((await host.death(victim)).signals.at(-1)).toMatchObject({ signal: 9, code: 0, sender: { pid: shooter } });
  },

  async tells_a_signal_to_one_thread(host) {
    const victim = sleeper();
    const shooter = await send('thread', victim, 15);
    const { signals, exit } = await host.death(victim);
    expect(exit.signal).toBe(15);
    expect(signals.at(-1)).toMatchObject({ signal: 15, code: -6, thread: victim, sender: { pid: shooter } });
  },

  async keeps_a_caught_signal_as_history_and_no_death(host) {
    const shell = start('/bin/sh', '-c', 'trap "echo caught" TERM; echo ready; while :; do sleep 0.05; done');
    await shell.said;
    const shooter = await send('kill', shell.pid, 15);
    const signal = await eventually('the signal', () =>
      signalsTo(host, shell.pid).find((event) => event.signal === 15),
    );
    expect(signal).toMatchObject({ disposition: 'caught', result: 'delivered', sender: { pid: shooter } });
    expect(host.world.api.deathOf(shell.pid)).toBeUndefined();
  },

  async tells_an_ignored_signal(host) {
    const shell = start('/bin/sh', '-c', 'trap "" USR1; echo ready; while :; do sleep 0.05; done');
    await shell.said;
    await send('kill', shell.pid, 10);
    const signal = await eventually('the signal', () =>
      signalsTo(host, shell.pid).find((event) => event.signal === 10),
    );
    expect(signal).toMatchObject({ disposition: 'ignored', result: 'ignored' });
  },

  async tells_both_the_SIGTERM_that_was_caught_and_the_SIGKILL_that_followed(host) {
    const shell = start('/bin/sh', '-c', 'trap : TERM; echo ready; while :; do sleep 0.05; done');
    await shell.said;
    spawnSync('/bin/kill', ['-TERM', String(shell.pid)]);
    await eventually('the first', () => signalsTo(host, shell.pid).length > 0);
    spawnSync('/bin/kill', ['-KILL', String(shell.pid)]);
    const { exit, signals } = await host.death(shell.pid);
    expect(exit.signal).toBe(9);
    expect(signals.map(({ signal, disposition }) => [signal, disposition])).toEqual([
      [15, 'caught'],
      [9, 'default'],
    ]);
  },
});
