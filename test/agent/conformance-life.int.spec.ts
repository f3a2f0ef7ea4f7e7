/** Agents that come and go, on each rung: test/conformance/promises.ts says which is promised where. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { agentPromises } from '../conformance/promises.js';
import { onEachRungAlone, type Host } from '../conformance/on-rungs.js';
import { isTracefsMountedByAgent, readEventsOf, sharedLibrary, traceInstances } from '../support/tracefs.js';
import { requirePrerequisite } from '../support/prerequisite.js';
import {
  buildAgent,
  compileProgram,
  createWorld,
  eventually,
  runAgent,
  type Agent,
  type World,
} from './agent-process.js';

let floods = '';
const children: ChildProcess[] = [];

beforeAll(async () => {
  buildAgent();
  floods = (await compileProgram('floods')) ?? '';
});
afterEach(() => children.splice(0).forEach((child) => child.kill('SIGKILL')));

const kill = (signal: string, pid: number) => spawnSync('/bin/kill', [signal, String(pid)]);

/** What it has read out of the trace and not told yet would be lost with it, and counted: that is another promise. */
async function killAtRest({ world, rung }: Host, { child, pid }: Agent): Promise<void> {
  const rests = () => {
    child.kill('SIGSTOP');
    while (stateOf(pid) !== 'T');
    if (readEventsOf(world.traceInstance) === toldEventsOf(world.stateDir)) return true;
    child.kill('SIGCONT');
    return false;
  };
  if (rung === 'tracefs') await eventually('it has told all that it read', rests);
  kill('-KILL', pid);
}

const stateOf = (pid: number) => readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.[0];

/** As the file `trace-lives` of the state directory says. */
function toldEventsOf(stateDir: string): number {
  const lines = readFileSync(join(stateDir, 'trace-lives'), 'utf8').split('\n').filter(Boolean);
  return lines.map((line) => (JSON.parse(line) as { read?: number }).read).findLast((read) => read !== undefined) ?? 0;
}

async function sleeper({ api }: World): Promise<number> {
  const child = spawn('/bin/sleep', ['60']);
  children.push(child);
  const { pid = 0 } = child;
  // Its image: a fork alone still runs what its parent does.
  await eventually('the sleeper is known', () =>
    api.events.some((event) => event.kind === 'process' && event.pid === pid && event.args[0] === '/bin/sleep'),
  );
  return pid;
}

const startsOf = ({ api }: World, pid: number) =>
  new Set(api.events.flatMap((event) => (event.kind === 'process' && event.pid === pid ? [event.start] : [])));
const lossesOf = ({ api }: World) => api.events.filter((event) => event.kind === 'loss');
const isInKernel = ({ rung, world }: Host) =>
  rung === 'ebpf' ? existsSync(world.pinDir) : traceInstances().includes(world.traceInstance);

onEachRungAlone(agentPromises, {
  async drains_what_happened_between_two_agents(host) {
    const { world, rung } = host;
    const first = await world.start('--sensor', rung);
    const older = await sleeper(world);
    await killAtRest(host, first);
    kill('-TERM', older);
    const between = spawnSync('/bin/sh', ['-c', 'exit 6']).pid;
    const second = await world.start('--sensor', rung);
    expect(second.ready).toMatchObject({ rung, resumed: true });
    const death = await host.death(older);
    expect(death.exit.signal).toBe(15);
    expect(death.process?.args).toEqual(['/bin/sleep', '60']);
    expect(death.sender).toMatchObject({ exe: '/bin/kill', parent: { pid: process.pid } });
    expect([...startsOf(world, older)]).toEqual([death.exit.start]);
    expect((await host.death(between)).exit.code).toBe(6);
    expect(lossesOf(world)).toEqual([]);
  },

  async tells_who_killed_its_predecessor(host) {
    const first = await host.world.start('--sensor', host.rung);
    await sleeper(host.world);
    await killAtRest(host, first);
    await host.world.start('--sensor', host.rung);
    const { exit, process: agent, sender } = await host.death(first.pid);
    expect(exit.signal).toBe(9);
    expect(agent?.args).toContain('--state-dir');
    expect(sender).toMatchObject({ exe: '/bin/kill', parent: { pid: process.pid } });
  },

  async knows_a_process_by_the_same_name_after_a_restart({ world, rung }) {
    const first = await world.start('--sensor', rung);
    const older = await sleeper(world);
    const listsOf = () => world.api.events.filter(({ kind }) => kind === 'snapshot').length;
    const before = listsOf();
    await first.stop();
    await world.start('--sensor', rung);
    expect(listsOf()).toBeGreaterThan(before);
    expect(startsOf(world, older).size).toBe(1);
  },

  async counts_what_the_kernel_had_no_room_for(host) {
    const { world, rung } = host;
    const agent = await world.start('--sensor', rung);
    agent.child.kill('SIGSTOP');
    // More than any buffer of ours holds.
    const { pid } = spawnSync(floods, ['continue', '200000']);
    agent.child.kill('SIGCONT');
    const told = () =>
      world.api.events
        .filter((event) => event.kind === 'signal' && event.target.pid === pid)
        .reduce((sum, event) => sum + ((event.kind === 'signal' && event.count) || 1), 0);
    const lost = () => lossesOf(world).reduce((sum, event) => sum + ((event.kind === 'loss' && event.count) || 0), 0);
    await eventually('each is told or counted', () => told() + lost() >= 200_000, 25_000);
    expect(lost()).toBeGreaterThan(10_000);
    for (const event of lossesOf(world)) {
      if (event.kind !== 'loss') continue;
      expect(BigInt(event.until)).toBeGreaterThanOrEqual(BigInt(event.since));
      if (rung === 'tracefs') expect(event.cause).toBe('trace-overrun');
    }
    await eventually('a new process list', () => world.api.events.filter(({ kind }) => kind === 'snapshot').length > 1);
    const victim = await sleeper(world);
    kill('-9', victim);
    expect((await host.death(victim)).exit.signal).toBe(9);
  },

  async leaves_nothing_in_the_kernel_when_it_is_stopped(host) {
    const agent = await host.world.start('--sensor', host.rung);
    expect(isInKernel(host)).toBe(host.rung !== 'procfs');
    expect(await agent.stop()).toBe(0);
    expect(isInKernel(host)).toBe(false);
    // Another test file's agent may still be using it.
    if (traceInstances().length === 0) expect(isTracefsMountedByAgent()).toBe(false);
  },

  async goes_on_recording_when_told_to_keep_the_sensor_until_that_is_removed(host) {
    const { world, rung } = host;
    const first = await world.start('--sensor', rung, '--keep-sensor');
    await first.stop();
    expect(isInKernel(host)).toBe(true);
    const between = spawnSync('/bin/sh', ['-c', 'exit 8']).pid;
    const second = await world.start('--sensor', rung, '--keep-sensor');
    expect(second.ready.resumed).toBe(true);
    expect((await host.death(between)).exit.code).toBe(8);
    expect(lossesOf(world)).toEqual([]);
    await second.stop();
    const removed = await runAgent(['remove-sensor', '--state-dir', world.stateDir]);
    expect(removed).toMatchObject({ status: 0, stdout: 'The sensor was removed.\n' });
    expect(isInKernel(host)).toBe(false);
    expect((await runAgent(['remove-sensor', '--state-dir', world.stateDir])).stdout).toBe('There was no sensor.\n');
  },
});

describe.runIf(requirePrerequisite('root', 'tracefs', 'btf', 'libbpf'))('a host without libbpf', () => {
  it('is_watched_through_tracefs_without_being_told_and_says_why', async () => {
    const hide = `mount --bind /dev/null "${sharedLibrary('libbpf.so.1')}" && exec "$@"`;
    const world = await createWorld(['unshare', '--mount', '/bin/sh', '-c', hide, 'sh']);
    try {
      const agent = await world.start();
      expect(agent.ready.rung).toBe('tracefs');
      expect(agent.ready.blindSpots[0]).toContain('libbpf.so.1 is missing');
      const victim = await sleeper(world);
      kill('-9', victim);
      const { exit, sender } = await eventually('its death', () => world.api.deathOf(victim));
      expect(exit.signal).toBe(9);
      expect(sender).toMatchObject({ exe: '/bin/kill', parent: { pid: process.pid } });
    } finally {
      await world.close();
    }
    expect(traceInstances()).not.toContain(world.traceInstance);
  });
});
