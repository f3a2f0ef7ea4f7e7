/** The real kernel log: real OOM kills in a limited cgroup and real faults, told by the real agent, once. */
import { spawn, spawnSync } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createCgroups, cgroupHierarchies, type Cgroups } from '../support/cgroups.js';
import { enrollToken, key } from './agent-api.js';
import {
  agentBundle,
  buildAgent,
  compileProgram,
  createWorld,
  eventually,
  whyNoSensor,
  type World,
} from './agent-process.js';

const reason = whyNoSensor();
const limitBytes = 16 * 1024 * 1024;
const canLimit = cgroupHierarchies().includes('memory');

describe.skipIf(reason !== undefined)(`the kernel log${reason ? ` (skipped: ${reason})` : ''}`, () => {
  let world: World;
  let cgroups: Cgroups;
  let cgroup: string;
  const cgroupPath = `/whodunit-log-${process.pid}/inner`;
  let ends: string | undefined;

  beforeAll(async () => {
    buildAgent();
    ends = await compileProgram('ends');
    cgroups = createCgroups();
    if (!canLimit) return;
    cgroup = cgroups.make('memory', cgroupPath.slice(1));
    writeFileSync(`${cgroup}/../memory.limit_in_bytes`, String(limitBytes));
  });
  afterAll(() => cgroups.remove());
  beforeEach(async () => void (world = await createWorld([], { kernelLogHistory: true })));
  afterEach(() => world.close());

  /** A process that is killed at the limit of the cgroup above its own; its pid. */
  const outOfMemory = () => {
    const script = `echo $$ > ${cgroup}/cgroup.procs; exec perl -e '$x = "a" x (64 * 1024 * 1024)'`;
    const child = spawnSync('/bin/sh', ['-c', script]);
    expect(child.signal).toBe('SIGKILL');
    return child.pid;
  };
  const segfault = () => spawnSync(ends ?? '', ['null']).pid;
  /** Pids come back, and so do deaths of earlier tests out of the log: what is asked for is the youngest. */
  const began = BigInt(Math.trunc(Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]) * 1_000)) * 1_000_000n;
  const ofThisTest = () => world.api.events.filter(({ at }) => BigInt(at) >= began);
  const reports = (pid: number) =>
    ofThisTest()
      .filter((event) => event.kind === 'oom_report')
      .filter(({ victims }) => victims.some((victim) => victim.pid === pid));
  const lines = (pid: number) =>
    ofThisTest()
      .filter((event) => event.kind === 'kernel_log')
      .filter((event) => event.pid === pid);
  const exits = (pid: number) =>
    ofThisTest()
      .filter((event) => event.kind === 'exit')
      .filter((event) => event.pid === pid);
  const reportOf = (pid: number) => eventually(`the report on ${pid}`, () => reports(pid)[0]);
  const lineOf = (pid: number) => eventually(`the line on ${pid}`, () => lines(pid)[0]);
  const kill = (pid: number) => spawnSync('/bin/kill', ['-KILL', String(pid)]);

  /** As if it had been killed after its events were in the spool and before it kept how far it was. */
  const forgetPosition = () => {
    const file = join(world.stateDir, 'kernel-log');
    const kept = JSON.parse(readFileSync(file, 'utf8')) as { sequence: number };
    writeFileSync(file, JSON.stringify({ ...kept, sequence: Math.max(kept.sequence - 1_000, -1) }));
  };

  it.runIf(canLimit)('tells_an_OOM_kill_with_limit_usage_victim_and_task_table', async () => {
    await world.start();
    const pid = outOfMemory();
    const report = await reportOf(pid);
    const exit = exits(pid)[0];
    const process = { pid, start: exit?.start };
    expect(report).toMatchObject({
      constraint: 'memcg',
      cgroup: cgroupPath.replace('/inner', ''),
      victimCgroup: cgroupPath,
      trigger: { pid, comm: 'perl', order: 0, oomScoreAdj: 0, process },
      victims: [{ pid, comm: 'perl', uid: 0, oomScoreAdj: 0, process }],
    });
    expect(report).not.toHaveProperty('reconstructed');
    expect(report).not.toHaveProperty('cut');
    expect(report.memory?.[0]).toMatchObject({ name: 'memory', limit: limitBytes });
    expect(report.memory?.[0]?.usage).toBeLessThanOrEqual(limitBytes);
    expect(report.memory?.[0]?.failures).toBeGreaterThan(0);
    const row = report.tasks.find((task) => task.pid === pid);
    expect(row).toMatchObject({ comm: 'perl', uid: 0, threadGroup: pid, oomScoreAdj: 0 });
    // rss is counted in pages, and what the victim holds is what fills the cgroup.
    expect(row?.rss).toBeGreaterThan(limitBytes / 2);
    expect(row?.rss).toBeLessThan(limitBytes * 2);
    expect(BigInt(report.at)).toBeLessThanOrEqual(BigInt(exit?.at ?? 0) + 250_000_000n);
  });

  it('tells_the_line_of_a_segmentation_fault_and_whose_it_is', async (context) => {
    if (ends === undefined) return context.skip('no cc');
    await world.start();
    const pid = segfault();
    const line = await lineOf(pid);
    expect(line).toMatchObject({ topic: 'segfault', comm: 'ends' });
    expect(line.process).toEqual({ pid, start: exits(pid)[0]?.start });
    expect(line.text).toMatch(new RegExp(`^ends\\[${pid}\\]: segfault at 0 ip [0-9a-f]+ sp [0-9a-f]+ error `));
  });

  it('believes_the_kernel_only', async (context) => {
    if (ends === undefined) return context.skip('no cc');
    const before = await world.start();
    const fake = [
      'forged invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0, oom_score_adj=0',
      'oom-kill:constraint=CONSTRAINT_NONE,nodemask=(null),cpuset=/,mems_allowed=0,global_oom,task_memcg=/,task=forged,pid=1,uid=0',
      'Out of memory: Killed process 1 (forged) total-vm:1kB, anon-rss:1kB, file-rss:1kB, shmem-rss:0kB, UID:0 pgtables:1kB oom_score_adj:0',
      '<0>Out of memory: Killed process 1 (forged) total-vm:1kB, anon-rss:1kB, file-rss:1kB',
      'forged[1]: segfault at 0 ip 0 sp 0 error 4',
    ];
    const kmsg = openSync('/dev/kmsg', 'w');
    for (const line of fake) writeSync(kmsg, `${line}\n`);
    closeSync(kmsg);
    // What comes after them in the log is told after them.
    await lineOf(segfault());
    kill(before.pid);
    await world.start();
    await lineOf(segfault());
    expect(JSON.stringify(world.api.events)).not.toContain('forged');
  });

  it.runIf(canLimit)('tells_nothing_twice_when_it_is_killed_or_stopped_and_started_again', async (context) => {
    if (ends === undefined) return context.skip('no cc');
    const first = await world.start('--keep-sensor');
    const told = [outOfMemory(), outOfMemory()];
    await reportOf(told[1] ?? 0);
    kill(first.pid);
    forgetPosition();
    const between = outOfMemory();
    const faulted = segfault();
    const second = await world.start('--keep-sensor');
    expect((await reportOf(between)).victims[0]?.process).toEqual({ pid: between, start: exits(between)[0]?.start });
    await lineOf(faulted);
    await second.stop();
    const stopped = outOfMemory();
    await world.start('--keep-sensor');
    const last = outOfMemory();
    await reportOf(last);
    for (const pid of [...told, between, stopped, last]) {
      expect(reports(pid)).toHaveLength(1);
      expect(reports(pid)[0]).not.toHaveProperty('reconstructed');
      expect(exits(pid)).toHaveLength(1);
    }
    expect(lines(faulted)).toHaveLength(1);
    expect(exits(faulted)).toHaveLength(1);
  });

  it.runIf(canLimit)('tells_a_death_from_before_its_first_start_as_reconstructed_and_once', async (context) => {
    if (ends === undefined) return context.skip('no cc');
    const pid = outOfMemory();
    const faulted = segfault();
    const agent = await world.start();
    const report = await reportOf(pid);
    const process = report.victims[0]?.process;
    expect(report).toMatchObject({ reconstructed: true, victims: [{ pid, comm: 'perl' }] });
    expect(exits(pid)).toEqual([
      { kind: 'exit', at: report.at, pid, start: report.at, signal: 9, coreDumped: false, reconstructed: true },
    ]);
    const described = world.api.events.find((event) => event.kind === 'process' && key(event) === key(process!));
    expect(described).toMatchObject({
      origin: 'kernel-log',
      comm: 'perl',
      args: [],
      cgroup: cgroupPath,
      user: { uid: 0, name: 'root' },
    });
    await lineOf(faulted);
    expect(exits(faulted)).toMatchObject([{ signal: 11, reconstructed: true }]);
    const all = world.api.events.filter((event) => event.kind === 'exit' && event.reconstructed).length;
    kill(agent.pid);
    const again = await world.start();
    await again.stop();
    // Nobody watched between the two.
    const unwatched = outOfMemory();
    await world.start();
    expect(await reportOf(unwatched)).toMatchObject({ reconstructed: true });
    expect(exits(unwatched)).toMatchObject([{ signal: 9, reconstructed: true }]);
    expect(reports(pid)).toHaveLength(1);
    const reconstructed = world.api.events.filter((event) => event.kind === 'exit' && event.reconstructed);
    expect(reconstructed).toHaveLength(all + 1);
  });

  it('works_on_without_the_log_and_says_what_is_missing', async (context) => {
    const restrict = '/proc/sys/kernel/dmesg_restrict';
    if (!existsSync(restrict) || readFileSync(restrict, 'utf8').trim() !== '1')
      return context.skip('anybody may read it');
    const options = ['run', '--api', world.api.url, '--state-dir', world.stateDir, '--sensor', 'procfs'];
    const child = spawn('setpriv', ['--bounding-set', '-syslog', process.execPath, agentBundle, ...options], {
      stdio: 'ignore',
      env: { ...process.env, WHODUNIT_ENROLL_TOKEN: enrollToken },
    });
    try {
      const start = await eventually('the agent', () => world.api.events.find(({ kind }) => kind === 'agent_start'));
      const sentences = start.kind === 'agent_start' ? start.blindSpots.join(' ') : '';
      expect(sentences).toMatch(/kernel log is not read \(\/dev\/kmsg: not permitted without CAP_SYSLOG/);
    } finally {
      child.kill('SIGTERM');
      await new Promise((resolve) => child.once('exit', resolve));
    }
  });
});
