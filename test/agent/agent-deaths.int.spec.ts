/** Real deaths, on the real kernel, through the real probe: each arrives with its cause and its sender. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { key } from './agent-api.js';
import {
  buildAgent,
  compileProgram,
  createWorld,
  eventually,
  whyNoSensor,
  type Agent,
  type World,
} from './agent-process.js';

const reason = whyNoSensor();

describe.skipIf(reason !== undefined)(`deaths that the agent sees${reason ? ` (skipped: ${reason})` : ''}`, () => {
  let world: World;
  let agent: Agent;
  let ends: string | undefined;
  let spawnAndKill: string | undefined;

  beforeAll(async () => {
    buildAgent();
    ends = await compileProgram('ends');
    spawnAndKill = await compileProgram('spawn-and-kill');
    world = await createWorld();
    agent = await world.start('--sensor', 'ebpf');
  });
  afterAll(() => world?.close());

  const death = (pid: number) => eventually(`death of ${pid}`, () => world.api.deathOf(pid));

  it('opens_with_the_agent_itself_and_a_whole_process_list', () => {
    const { events } = world.api;
    expect(agent.ready).toEqual({ type: 'ready', rung: 'ebpf', blindSpots: [], resumed: false });
    expect(events[0]).toMatchObject({ kind: 'agent_start', rung: 'ebpf', resumed: false, agent: { pid: agent.pid } });
    const snapshot = events.find((event) => event.kind === 'snapshot');
    const described = events.filter((event) => event.kind === 'process' && event.origin === 'snapshot');
    expect(described).toHaveLength(snapshot?.processes ?? -1);
    const own = described.find((event) => event.kind === 'process' && event.pid === process.pid);
    expect(own).toMatchObject({ user: { uid: 0, name: 'root' }, exe: process.execPath });
    for (const { at } of described) expect(BigInt(at)).toBeGreaterThanOrEqual(BigInt(snapshot?.since ?? 0));
    for (const { at } of described) expect(BigInt(at)).toBeLessThanOrEqual(BigInt(snapshot?.at ?? 0));
  });

  it('names_the_killer_with_its_whole_command_line_and_ancestry', async () => {
    const victim = spawn('/bin/sleep', ['60']);
    const pid = victim.pid ?? 0;
    spawnSync('/bin/kill', ['-9', String(pid)]);
    const { exit, process: victimProcess, sender, signals } = await death(pid);
    expect(exit).toMatchObject({ signal: 9, coreDumped: false });
    expect(exit).not.toHaveProperty('code');
    expect(victimProcess).toMatchObject({ args: ['/bin/sleep', '60'], exe: '/bin/sleep', origin: 'exec' });
    expect(signals).toHaveLength(1);
    expect(signals[0]).toMatchObject({ signal: 9, code: 0, disposition: 'default', result: 'delivered' });
    expect(sender).toMatchObject({
      args: ['/bin/kill', '-9', String(pid)],
      exe: '/bin/kill',
      parent: { pid: process.pid },
    });
    let ancestor = sender;
    while (ancestor?.parent) {
      const parent = key(ancestor.parent);
      ancestor = world.api.events
        .filter((event) => event.kind === 'process')
        .findLast((event) => key(event) === parent);
    }
    expect(ancestor?.pid).toBe(1);
  });

  it('knows_a_victim_that_is_older_than_the_agent_by_the_same_identity', async () => {
    const other = await createWorld();
    const victim = spawn('/bin/sleep', ['61']);
    try {
      await other.start('--sensor', 'ebpf');
      spawnSync('/bin/kill', ['-TERM', String(victim.pid)]);
      const found = await eventually('its death', () => other.api.deathOf(victim.pid ?? 0));
      expect(found.exit.signal).toBe(15);
      expect(found.process).toMatchObject({ origin: 'snapshot', args: ['/bin/sleep', '61'] });
    } finally {
      victim.kill('SIGKILL');
      await other.close();
    }
  });

  it('tells_how_a_process_ended_by_itself', async (context) => {
    if (ends === undefined) return context.skip('no cc');
    const run = async (...args: string[]) => death(spawnSync(ends ?? '', args).pid);
    const self = (pid: number) => ({ pid });

    const three = await run('exit', '3');
    expect(three.exit).toMatchObject({ code: 3, coreDumped: false });
    expect(three.exit).not.toHaveProperty('signal');
    const notKilled = await run('exit', '137');
    expect(notKilled.exit).toMatchObject({ code: 137 });
    expect(notKilled.signals).toEqual([]);

    const aborted = await run('abort');
    expect(aborted.exit).toMatchObject({ signal: 6 });
    expect(aborted.signals.at(-1)).toMatchObject({ signal: 6, code: -6, sender: self(aborted.exit.pid) });
    const crashed = await run('null');
    expect(crashed.exit).toMatchObject({ signal: 11 });
    expect(crashed.signals.at(-1)).toMatchObject({
      signal: 11,
      code: 1,
      address: '0x0',
      running: self(crashed.exit.pid),
    });
    expect(crashed.signals.at(-1)).not.toHaveProperty('sender');
    const wild = await run('address');
    expect(wild.signals.at(-1)).toMatchObject({ signal: 11, address: '0xdead000' });
  });

  it('tells_a_signal_that_is_caught_or_ignored', async () => {
    const script = 'trap : TERM; trap "" USR1; echo ready; while :; do sleep 0.05; done';
    const shell = spawn('/bin/sh', ['-c', script], { stdio: ['ignore', 'pipe', 'ignore'] });
    const pid = shell.pid ?? 0;
    await new Promise((resolve) => shell.stdout.once('data', resolve));
    spawnSync('/bin/kill', ['-TERM', String(pid)]);
    spawnSync('/bin/kill', ['-USR1', String(pid)]);
    spawnSync('/bin/kill', ['-KILL', String(pid)]);
    const { signals } = await death(pid);
    expect(signals.map(({ signal, disposition, result }) => [signal, disposition, result])).toEqual([
      [15, 'caught', 'delivered'],
      [10, 'ignored', 'ignored'],
      [9, 'default', 'delivered'],
    ]);
  });

  it('ends_a_process_of_many_threads_once', async (context) => {
    if (ends === undefined) return context.skip('no cc');
    const pids = Array.from({ length: 100 }, () => spawnSync(ends ?? '', ['threads', '8']).pid);
    const { exit } = await death(spawnSync(ends, ['thread-exit', '5']).pid);
    expect(exit).toMatchObject({ code: 5 });
    for (const pid of pids) {
      const exits = world.api.events.filter((event) => event.kind === 'exit' && event.pid === pid);
      expect(exits).toMatchObject([{ code: 0, coreDumped: false }]);
    }
  });

  it.each([1, 2, 3, 511, 512, 513, 4095, 4096, 4097, 5000])('records_a_command_line_of_%i_bytes', async (bytes) => {
    // An empty argv[0] takes one byte, its NUL; another argument its length and one.
    const args = bytes === 1 ? [] : ['x'.repeat(bytes - 2)];
    const { process: described } = await death(spawnSync('/bin/true', args, { argv0: '' }).pid);
    const captured = bytes <= 4096 ? args : ['x'.repeat(4095)];
    expect(described?.args).toEqual(['', ...captured]);
    expect(described?.argsCut ?? false).toBe(bytes > 4096);
  });

  it('records_many_arguments_and_odd_ones', async () => {
    const many = await death(spawnSync('/bin/true', Array<string>(3_000).fill('a')).pid);
    expect(many.process?.argsCut).toBe(true);
    expect(many.process?.args.slice(0, 2)).toEqual(['/bin/true', 'a']);
    const odd = ['', ' ', '\n', 'ü😀', '--token', 'abc', ''];
    const { process: described } = await death(spawnSync('/bin/true', odd).pid);
    expect(described?.args).toEqual(['/bin/true', '', ' ', '\n', 'ü😀', '--token', '[redacted]', '']);
    const invalid = spawnSync('/bin/sh', ['-c', 'exec /bin/true "$(printf "a\\377b")"']);
    expect((await death(invalid.pid)).process?.args).toEqual(['/bin/true', 'a\ufffdb']);
  });

  it('gives_a_forked_child_what_its_parent_runs', async () => {
    const shell = spawnSync('/bin/sh', ['-c', '(exit 7) & echo $!; wait'], { encoding: 'utf8' });
    const { exit, process: child } = await death(Number(shell.stdout));
    expect(exit).toMatchObject({ code: 7 });
    expect(child).toMatchObject({
      origin: 'fork',
      parent: { pid: shell.pid },
      args: ['/bin/sh', '-c', expect.anything()],
    });
  });

  it('tells_the_victim_of_a_memory_cgroup', async (context) => {
    const cgroup = `/sys/fs/cgroup/memory/whodunit-test-${process.pid}`;
    if (!existsSync('/sys/fs/cgroup/memory/memory.limit_in_bytes')) return context.skip('no memory cgroup v1');
    mkdirSync(cgroup);
    try {
      writeFileSync(`${cgroup}/memory.limit_in_bytes`, '16000000');
      const hog = `echo $$ > ${cgroup}/cgroup.procs; exec perl -e '$x = "a" x (64 * 1024 * 1024)'`;
      const { pid } = spawnSync('/bin/sh', ['-c', hog]);
      const { exit, signals } = await death(pid);
      expect(exit.signal).toBe(9);
      expect(signals.at(-1)).toMatchObject({ signal: 9, code: 128 });
      const oom = world.api.events.find((event) => event.kind === 'oom_kill' && event.victim.pid === pid);
      expect(oom).toMatchObject({ kind: 'oom_kill', victim: { pid, start: exit.start } });
    } finally {
      rmdirSync(cgroup);
    }
  });

  it('loses_none_of_5000_kills_and_tells_none_twice', async (context) => {
    if (spawnAndKill === undefined) return context.skip('no cc');
    const before = world.api.events.length;
    const run = spawnSync(spawnAndKill, ['5000'], { encoding: 'utf8' });
    expect(run.status).toBe(0);
    const pids = run.stdout.trim().split('\n').map(Number);
    expect(pids).toHaveLength(5_000);
    await death(run.pid);
    const events = world.api.events.slice(before);
    const lives = new Map<string, { exits: number; kills: number }>();
    for (const event of events) {
      const isChild = event.kind === 'process' && event.parent?.pid === run.pid;
      if (isChild && !lives.has(key(event))) lives.set(key(event), { exits: 0, kills: 0 });
      const life =
        event.kind === 'exit' ? lives.get(key(event)) : event.kind === 'signal' && lives.get(key(event.target));
      if (!life) continue;
      if (event.kind === 'exit' && event.signal === 9) life.exits += 1;
      if (event.kind === 'signal' && event.signal === 9 && event.sender?.pid === run.pid) life.kills += 1;
    }
    expect(lives.size).toBe(5_000);
    expect([...lives.values()].filter(({ exits, kills }) => exits !== 1 || kills !== 1)).toHaveLength(0);
    expect(events.filter(({ kind }) => kind === 'loss')).toEqual([]);
  });
});
