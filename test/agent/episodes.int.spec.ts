/** Real zombies, stopped and uninterruptible processes, told by the real agent, from their beginning to their end. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { EpisodeEvent, ProcessEvent } from '../../src/contract/index.js';
import { key } from './agent-api.js';
import { buildAgent, compileProgram, createWorld, eventually, type Agent, type World } from './agent-process.js';
import { requirePrerequisite } from '../support/prerequisite.js';

const rungs = ['ebpf', 'procfs'] as const;
const able = requirePrerequisite('root', 'btf', 'libbpf', 'cc');

describe.runIf(able).each(rungs)('episodes on the rung %s', { timeout: 60_000 }, (rung) => {
  let world: World;
  let agent: Agent;
  let troubles: string;
  let children: ChildProcess[];

  beforeAll(async () => {
    buildAgent();
    troubles = (await compileProgram('troubles')) ?? '';
  });
  beforeEach(async () => {
    children = [];
    world = await createWorld();
    agent = await world.start('--sensor', rung);
  });
  afterEach(async () => {
    for (const child of children) child.kill('SIGKILL');
    await world.close();
  });

  const start = (program: string, ...args: string[]): number => {
    const child = spawn(program, args, { stdio: 'ignore' });
    children.push(child);
    return child.pid ?? 0;
  };
  /** @returns the pids of the program and of its child. */
  const trouble = async (how: string) => {
    const child = spawn(troubles, [how], { stdio: ['ignore', 'pipe', 'ignore'] });
    children.push(child);
    const [text] = (await once(child.stdout, 'data')) as [Buffer];
    return { parent: child.pid ?? 0, child: Number(text.toString()) };
  };
  const stateOf = (pid: number) => readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /s, '')[0];
  const episodesOf = (pid: number, state: string) =>
    world.api.events.filter((event) => event.kind === 'episode').filter((e) => e.pid === pid && e.state === state);
  const opened = (pid: number, state: string) =>
    eventually(`${pid} is ${state}`, () => episodesOf(pid, state)[0], 20_000);
  const ended = (pid: number, state: string) =>
    eventually(`${pid} is no longer ${state}`, () => episodesOf(pid, state).find(({ until }) => until), 20_000);
  const kill = (signal: string, pid: number) => spawnSync('/bin/kill', [signal, String(pid)]);
  const described = (ref: Pick<EpisodeEvent, 'pid' | 'start'> | undefined): ProcessEvent | undefined =>
    world.api.events.filter((event) => event.kind === 'process').findLast((event) => ref && key(event) === key(ref));

  it('tells_of_a_zombie_who_should_wait_for_it_and_when_that_was_done', async () => {
    const { parent, child } = await trouble('zombie');
    const open = await opened(child, 'zombie');
    expect(open).not.toHaveProperty('until');
    expect(described(open.parent)).toMatchObject({ pid: parent, comm: 'troubles', args: [troubles, 'zombie'] });
    if (rung === 'ebpf') expect(open.since).toBe(world.api.deathOf(child)?.exit.at);
    process.kill(parent, 'SIGUSR1');
    const over = await ended(child, 'zombie');
    expect(over).toMatchObject({ since: open.since, parent: open.parent });
    expect(BigInt(over.until ?? 0)).toBeGreaterThan(BigInt(open.since));
  });

  it('tells_who_stopped_a_process_and_until_when', async () => {
    const pid = start('/bin/sleep', '71');
    kill('-STOP', pid);
    const open = await opened(pid, 'stopped');
    if (rung === 'ebpf') {
      expect(open.signal).toBe(19);
      expect(described(open.sender)?.args).toEqual(['/bin/kill', '-STOP', String(pid)]);
    }
    kill('-CONT', pid);
    const over = await ended(pid, 'stopped');
    expect(over).toMatchObject({ since: open.since, ...(open.sender && { sender: open.sender }) });
    if (rung !== 'ebpf') return;
    const went = world.api.events
      .filter((event) => event.kind === 'signal')
      .findLast(({ target }) => target.pid === pid);
    expect(went).toMatchObject({ signal: 18, at: over.until });
  });

  it('tells_where_an_uninterruptible_process_waits', async () => {
    const { parent, child } = await trouble('vfork');
    expect(stateOf(parent)).toBe('D');
    const open = await opened(parent, 'uninterruptible');
    expect(open.waitChannel).toMatch(/^(kernel_clone|_?do_fork|wait_for_vfork_done)$/);
    kill('-KILL', child);
    expect(await ended(parent, 'uninterruptible')).toMatchObject({ since: open.since });
  });

  it('finds_what_was_there_before_it', async () => {
    const { parent, child } = await trouble('zombie');
    const stopped = start('/bin/sleep', '72');
    kill('-STOP', stopped);
    const later = await createWorld();
    try {
      await later.start('--sensor', rung);
      const found = (pid: number) =>
        eventually(`an episode of ${pid}`, () =>
          later.api.events.filter((event) => event.kind === 'episode').find((event) => event.pid === pid),
        );
      expect(await found(child)).toMatchObject({ state: 'zombie', parent: { pid: parent } });
      expect(await found(stopped)).toMatchObject({ state: 'stopped' });
    } finally {
      await later.close();
    }
  });

  it('ends_what_a_killed_predecessor_told_and_goes_on_with_what_still_is', async () => {
    const [stays, goes] = [await trouble('zombie'), await trouble('zombie')];
    const stopped = start('/bin/sleep', '73');
    kill('-STOP', stopped);
    const told = [await opened(stays.child, 'zombie'), await opened(goes.child, 'zombie')];
    const open = await opened(stopped, 'stopped');
    kill('-KILL', agent.pid);
    await eventually('the agent is gone', () => agent.child.signalCode !== null);
    process.kill(goes.parent, 'SIGUSR1');
    kill('-CONT', stopped);
    await world.start('--sensor', rung);
    expect(await ended(goes.child, 'zombie')).toMatchObject({ since: told[1]?.since, parent: { pid: goes.parent } });
    expect(await ended(stopped, 'stopped')).toMatchObject({ since: open.since });
    const again = await eventually('the other is told again', () => episodesOf(stays.child, 'zombie')[1]);
    expect(again).toEqual({ ...told[0], at: again.at });
    expect(episodesOf(stays.child, 'zombie').some(({ until }) => until)).toBe(false);
  });

  it('says_nothing_of_processes_that_end_and_are_waited_for', async () => {
    for (let count = 0; count < 50; count += 1) spawnSync('/bin/true');
    const { child } = await trouble('zombie');
    await opened(child, 'zombie');
    const others = world.api.events.filter((event) => event.kind === 'episode').filter(({ pid }) => pid !== child);
    expect(others.filter(({ start: at }) => BigInt(at) > BigInt(world.api.events[0]?.at ?? 0))).toEqual([]);
  });
});
