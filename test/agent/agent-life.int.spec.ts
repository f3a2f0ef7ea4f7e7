/** The agent's own life: killed, stopped, upgraded, refused, overrun. History must have no silent hole. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { KnownEvent } from '../../src/contract/index.js';
import { key } from './agent-api.js';
import {
  agentBundle,
  buildAgent,
  compileProgram,
  createWorld,
  eventually,
  killedSleep,
  runAgent,
  whyNoSensor,
  type World,
} from './agent-process.js';

const reason = whyNoSensor();

describe.skipIf(reason !== undefined)(`the life of the agent${reason ? ` (skipped: ${reason})` : ''}`, () => {
  let world: World;

  beforeAll(() => buildAgent());
  beforeEach(async () => void (world = await createWorld()));
  afterEach(() => world.close());

  const death = (pid: number) => eventually(`death of ${pid}`, () => world.api.deathOf(pid));
  const kill = (signal: string, pid: number) => spawnSync('/bin/kill', [signal, String(pid)]);
  const deathsOf = (pid: number) => world.api.events.filter((event) => event.kind === 'exit' && event.pid === pid);

  it('tells_who_killed_its_predecessor_and_what_happened_in_between', async () => {
    const first = await world.start();
    const justBefore = killedSleep();
    kill('-KILL', first.pid);
    const between = killedSleep();
    const failed = spawnSync('/bin/sh', ['-c', 'exit 3']).pid;
    const second = await world.start();
    expect(second.ready).toMatchObject({ rung: 'ebpf', resumed: true });
    const after = killedSleep();

    const predecessor = await death(first.pid);
    expect(predecessor.exit.signal).toBe(9);
    expect(predecessor.process?.args).toContain('--state-dir');
    expect(predecessor.sender?.args).toEqual(['/bin/kill', '-KILL', String(first.pid)]);
    for (const pid of [justBefore, between, after]) {
      const { sender } = await death(pid);
      expect(sender?.args).toEqual(['/bin/kill', '-9', String(pid)]);
    }
    expect((await death(failed)).exit.code).toBe(3);
    for (const pid of [first.pid, between, failed, after]) expect(deathsOf(pid)).toHaveLength(1);
    expect(world.api.events.some(({ kind }) => kind === 'loss')).toBe(false);
  });

  it('announces_its_process_list_only_after_the_deaths_before_it', async () => {
    const first = await world.start();
    const { pid: victim = 0 } = spawn('/bin/sleep', ['63']);
    await eventually('the victim is known', () =>
      world.api.events.some((e) => e.kind === 'process' && e.pid === victim),
    );
    kill('-KILL', first.pid);
    kill('-9', victim);
    await world.start();
    const { events } = world.api;
    const died = events.findIndex((event) => event.kind === 'exit' && event.pid === victim);
    const listed = events.findLastIndex(({ kind }) => kind === 'snapshot');
    expect(died).toBeGreaterThan(-1);
    expect(died).toBeLessThan(listed);
  });

  it('leaves_nothing_in_the_kernel_when_it_is_stopped', async () => {
    const mounted = readFileSync('/proc/mounts', 'utf8').includes(' bpf ');
    const agent = await world.start();
    expect(readdirSync(world.pinDir)).toHaveLength(1);
    expect(await agent.stop()).toBe(0);
    expect(existsSync(world.pinDir)).toBe(false);
    expect(world.api.events.slice(-2).map(({ kind }) => kind)).toEqual(['agent_stop', 'ledger']);
    // Another test file's agent may still be using the file system.
    const inUse = existsSync('/sys/fs/bpf') && readdirSync('/sys/fs/bpf').some((name) => name.startsWith('whodunit-'));
    if (!mounted && !inUse) expect(readFileSync('/proc/mounts', 'utf8')).not.toContain('whodunit /sys/fs/bpf bpf');
  });

  it('stops_with_the_process_that_started_it', async () => {
    const agent = await world.start();
    agent.child.disconnect();
    await eventually('the agent ends', () => agent.child.exitCode !== null);
    expect(agent.child.exitCode).toBe(0);
    expect(existsSync(world.pinDir)).toBe(false);
  });

  it('goes_on_recording_without_an_agent_when_told_to_keep_the_sensor', async () => {
    const first = await world.start('--keep-sensor');
    await first.stop();
    expect(existsSync(world.pinDir)).toBe(true);
    const between = killedSleep();
    const second = await world.start('--keep-sensor');
    expect(second.ready.resumed).toBe(true);
    expect((await death(between)).sender?.args).toEqual(['/bin/kill', '-9', String(between)]);
    await second.stop();
    const removed = await runAgent(['remove-sensor', '--state-dir', world.stateDir]);
    expect(removed).toMatchObject({ status: 0, stdout: 'The sensor was removed.\n' });
    expect(existsSync(world.pinDir)).toBe(false);
    const again = await runAgent(['remove-sensor', '--state-dir', world.stateDir]);
    expect(again.stdout).toBe('There was no sensor.\n');
  });

  it('reads_what_an_older_build_of_the_sensor_left_and_replaces_it', async () => {
    const first = await world.start();
    kill('-KILL', first.pid);
    const [digest = ''] = readdirSync(world.pinDir);
    renameSync(join(world.pinDir, digest), join(world.pinDir, 'anotherbuild0000'));
    const between = killedSleep();
    const second = await world.start();
    expect(second.ready.resumed).toBe(true);
    const after = killedSleep();
    for (const pid of [first.pid, between, after]) expect((await death(pid)).exit.signal).toBe(9);
    for (const pid of [between, after]) expect(deathsOf(pid)).toHaveLength(1);
    expect(readdirSync(world.pinDir)).toEqual([digest]);
  });

  it('stores_every_event_once_whatever_the_network_and_the_server_do', async (context) => {
    const spawnAndKill = await compileProgram('spawn-and-kill');
    if (spawnAndKill === undefined) return context.skip('no cc');
    await world.start();
    const faults = ['lose', 'store-and-lose', 500, 503, 'store-and-lose', undefined] as const;
    world.api.misbehave = (_, request) => faults[request % faults.length];
    const run = spawnSync(spawnAndKill, ['500'], { encoding: 'utf8' });
    const pids = run.stdout.trim().split('\n').map(Number);
    await eventually('the end of the program', () => world.api.deathOf(run.pid), 25_000);
    for (const pid of pids) expect(deathsOf(pid)).toHaveLength(1);
    const signals = world.api.events.filter((event) => event.kind === 'signal' && event.sender?.pid === run.pid);
    expect(signals).toHaveLength(500);
  });

  it('keeps_everything_while_the_server_is_away', async () => {
    await world.start();
    world.api.misbehave = () => 503;
    const pids = Array.from({ length: 50 }, killedSleep);
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(pids.filter((pid) => deathsOf(pid).length > 0)).toEqual([]);
    world.api.misbehave = () => undefined;
    for (const pid of pids) expect((await death(pid)).sender?.args[2]).toBe(String(pid));
  });

  it('tells_everything_anew_when_the_server_has_lost_its_numbering', async () => {
    await world.start();
    const { pid: victim = 0 } = spawn('/bin/sleep', ['64']);
    await eventually('the victim is known', () =>
      world.api.events.some((e) => e.kind === 'process' && e.pid === victim),
    );
    let refused = false;
    world.api.misbehave = () => {
      if (refused) return undefined;
      refused = true;
      world.api.events.length = 0;
      return 409;
    };
    kill('-9', victim);
    const { sender, process: described } = await death(victim);
    expect(world.api.events[0]).toMatchObject({ kind: 'agent_start', resumed: true });
    expect(described?.args).toEqual(['/bin/sleep', '64']);
    expect(sender?.args).toEqual(['/bin/kill', '-9', String(victim)]);
    await eventually('a new process list', () => world.api.events.some(({ kind }) => kind === 'snapshot'));
  });

  it('counts_what_the_kernel_could_not_record_and_lists_processes_again', async (context) => {
    const floods = await compileProgram('floods');
    if (floods === undefined) return context.skip('no cc');
    const agent = await world.start();
    agent.child.kill('SIGSTOP');
    // 60,000 signal records do not fit into 8 MiB.
    const { pid } = spawnSync(floods, ['continue', '60000']);
    agent.child.kill('SIGCONT');
    const isStop = (event: KnownEvent) => event.kind === 'throttle' && event.state === 'stop';
    await eventually('the end of the throttle', () => world.api.events.find(isStop), 20_000);
    const { events } = world.api;
    const told = events.filter((event) => event.kind === 'signal' && event.target.pid === pid).length;
    const losses = events.filter((event) => event.kind === 'loss');
    expect(new Set(losses.map(({ cause }) => cause))).toEqual(new Set(['throttled']));
    const lost = losses.reduce((sum, { count = 0 }) => sum + count, 0);
    expect(told + lost).toBeGreaterThanOrEqual(60_000);
    expect(lost).toBeGreaterThan(10_000);
    for (const loss of losses) expect(BigInt(loss.until)).toBeGreaterThanOrEqual(BigInt(loss.since));
    const throttles = events.filter((event) => event.kind === 'throttle');
    expect(throttles.map(({ state }) => state)).toEqual(['start', 'stop']);
    expect(throttles[1]).toMatchObject({ count: lost, cgroup: throttles[0]?.cgroup });
    const lists = () => world.api.events.filter(({ kind }) => kind === 'snapshot').length;
    await eventually('a new process list', () => lists() > 1);
    const victim = killedSleep();
    expect((await death(victim)).exit.signal).toBe(9);
  });

  it('keeps_its_credential_to_itself_and_enrols_once', async () => {
    const first = await world.start();
    const file = statSync(join(world.stateDir, 'credential'));
    expect(file.mode & 0o777).toBe(0o600);
    expect(world.api.enrolled).toHaveLength(1);
    await first.stop();
    await world.start();
    expect(world.api.enrolled).toHaveLength(1);
  });

  it('does_not_share_a_state_directory', async () => {
    const agent = await world.start();
    const other = await runAgent(['run', '--api', world.api.url, '--state-dir', world.stateDir]);
    expect(other.status).toBe(1);
    expect(other.stderr).toContain(`pid ${agent.pid}`);
    expect(existsSync(world.pinDir)).toBe(true);
  });

  it('says_what_to_do_when_the_host_is_not_enrolled', async () => {
    const options = ['run', '--api', world.api.url, '--state-dir', world.stateDir];
    const run = await runAgent(options, { WHODUNIT_ENROLL_TOKEN: undefined });
    expect(run.status).toBe(2);
    expect(run.stderr).toContain('--enroll-token-file');
    const token = join(world.stateDir, 'token');
    writeFileSync(token, 'wrong\n');
    const refused = await runAgent([...options, '--enroll-token-file', token], { WHODUNIT_ENROLL_TOKEN: undefined });
    expect(refused.status).toBe(2);
    expect(refused.stderr).toContain('does not accept the enrolment token');
    expect(existsSync(world.pinDir)).toBe(false);
  });

  it('falls_back_to_proc_without_the_rights_and_says_so', async () => {
    const victim = spawn('/bin/sleep', ['65']);
    const agent = await world.start('--sensor', 'procfs');
    expect(agent.ready.rung).toBe('procfs');
    expect(agent.ready.blindSpots.join(' ')).toMatch(/Signals.*Exit codes/);
    victim.kill('SIGKILL');
    const { exit, process: described } = await death(victim.pid ?? 0);
    expect(described).toMatchObject({ args: ['/bin/sleep', '65'] });
    expect(exit).toEqual({ kind: 'exit', at: exit.at, pid: victim.pid, start: exit.start, coreDumped: false });
    const younger = spawn('/bin/sleep', ['66']);
    await eventually('a new life', () => world.api.events.some((e) => e.kind === 'process' && e.pid === younger.pid));
    younger.kill('SIGKILL');
    expect(
      new Set(world.api.events.filter(({ kind }) => kind === 'process').map((e) => key(e as never))).size,
    ).toBeGreaterThan(10);
  });

  it('says_which_rights_are_missing', () => {
    const options = ['run', '--api', world.api.url, '--state-dir', world.stateDir, '--sensor', 'ebpf'];
    const dropped = ['--bounding-set', '-bpf,-perfmon,-sys_admin', '--inh-caps', '-all', process.execPath];
    const run = spawnSync('setpriv', [...dropped, agentBundle, ...options], {
      encoding: 'utf8',
      env: { ...process.env, WHODUNIT_ENROLL_TOKEN: 'x' },
      timeout: 10_000,
    });
    expect(run.status).toBe(1);
    expect(run.stderr).toMatch(/lacks CAP_SYS_ADMIN, CAP_PERFMON, CAP_BPF/);
  });
});
