/** The real agent carries out signed commands on real processes: at most once, on nobody else, and says how it went. */
import { randomUUID } from 'node:crypto';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { commandFor, createSigner } from '../../agent/src/command/command.fixture.js';
import { machineId } from '../../agent/src/state/credential.js';
import type { Command, CommandAction, Target } from '../../src/contract/index.js';
import { requirePrerequisite } from '../support/prerequisite.js';
import { buildAgent, compileProgram, createWorld, eventually, type Agent, type World } from './agent-process.js';

const rungs = ['ebpf', 'tracefs', 'procfs'] as const;
const able = requirePrerequisite('root', 'btf', 'libbpf', 'tracefs', 'cc');

describe.runIf(able).each(rungs)('commands on the rung %s', { timeout: 60_000 }, (rung) => {
  const signer = createSigner();
  const bootId = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  let world: World;
  let agent: Agent;
  let zombies: string;
  let policyFile: string;
  let children: ChildProcess[];

  beforeAll(async () => {
    buildAgent();
    zombies = (await compileProgram('zombies')) ?? '';
  });
  beforeEach(async () => {
    children = [];
    world = await createWorld();
    world.api.commandKey = signer.publicKey;
    policyFile = join(world.stateDir, 'commands.json');
    agent = await startAgent();
  });
  afterEach(async () => {
    for (const child of children) child.kill('SIGKILL');
    await world.close();
  });

  const startAgent = async () => {
    const started = await world.start('--sensor', rung, '--command-policy', policyFile);
    await eventually('it listens', () => world.api.listeners.size > 0);
    return started;
  };
  const start = (program: string, ...args: string[]): ChildProcess => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'ignore'] });
    children.push(child);
    return child;
  };
  const stateOf = (pid: number) =>
    existsSync(`/proc/${pid}/stat`) ? readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /s, '')[0] : undefined;
  /** As the agent has told of it. */
  const targetOf = (pid: number): Promise<Target> =>
    eventually(`${pid} is described`, () => {
      const found = world.api.events
        .filter((event) => event.kind === 'process')
        .findLast((event) => event.pid === pid && event.comm !== 'node');
      return found && { pid, start: found.start, ...(found.cgroup !== undefined && { cgroup: found.cgroup }) };
    });
  /** As its episode tells, which is how the server comes to know of it. */
  const zombieOf = (pid: number): Promise<Target> =>
    eventually(`${pid} is a zombie`, () => {
      const found = world.api.events.find((event) => event.kind === 'episode' && event.pid === pid);
      return found?.kind === 'episode' && { pid, start: found.start };
    });
  const send = (action: CommandAction, more: Partial<Command> = {}): Command => {
    const command = commandFor(action, { host: machineId(world.stateDir), bootId, ...more });
    world.api.command(command.id, signer.seal(command));
    return command;
  };
  const reportsOf = ({ id }: Command) => world.api.reports.filter(({ command }) => command === id);
  const endOf = (command: Command) =>
    eventually('its end is reported', () => reportsOf(command).find(({ state }) => state !== 'ACCEPTED'), 20_000);
  const carryOut = (action: CommandAction, more: Partial<Command> = {}) => endOf(send(action, more));

  it('kills_the_process_that_is_meant_and_reports_before_and_after', async () => {
    const child = start('/bin/sleep', '300');
    const process = await targetOf(child.pid ?? 0);
    const ended = once(child, 'exit');
    const command = send({ kind: 'SIGNAL_PROCESS', process, signal: 9 });
    expect(await ended).toEqual([null, 'SIGKILL']);
    expect(await endOf(command)).toMatchObject({
      state: 'SUCCEEDED',
      bootId,
      before: { alive: true, comm: 'sleep' },
      after: { alive: false },
      steps: [{ text: `SIGKILL to pid ${process.pid}`, ok: true }],
      actors: [{ pid: agent.pid }],
    });
    expect(reportsOf(command).map(({ state }) => state)).toEqual(['ACCEPTED', 'SUCCEEDED']);
    if (rung === 'ebpf') {
      // The death itself says who sent it: the actor of the report.
      const death = await eventually('its death', () => world.api.deathOf(process.pid));
      expect(death.signals.at(-1)?.sender).toEqual((await endOf(command)).actors[0]);
    }
  });

  it('resumes_a_stopped_process_and_sets_an_oom_score', async () => {
    const pid = start('/bin/sleep', '301').pid ?? 0;
    const process_ = await targetOf(pid);
    process.kill(pid, 'SIGSTOP');
    await eventually('it is stopped', () => stateOf(pid) === 'T');
    expect(await carryOut({ kind: 'RESUME_PROCESS', process: process_ })).toMatchObject({
      state: 'SUCCEEDED',
      before: { state: 'T' },
    });
    expect(stateOf(pid)).toBe('S');
    expect(await carryOut({ kind: 'SET_OOM_SCORE_ADJ', process: process_, oomScoreAdj: 321 })).toMatchObject({
      state: 'SUCCEEDED',
      before: { oomScoreAdj: Number(readFileSync('/proc/self/oom_score_adj', 'utf8')) },
      after: { oomScoreAdj: 321 },
    });
    expect(readFileSync(`/proc/${pid}/oom_score_adj`, 'utf8')).toBe('321\n');
  });

  it.each([
    ['SIGTERM', [] as string[], 5],
    ['SIGKILL', ['deaf'], 7],
  ])('gets_rid_of_50_zombies_by_%s_to_their_parent', async (signal, options, steps) => {
    const parent = start(zombies, '50', ...options);
    const [text] = (await once(parent.stdout!, 'data')) as [Buffer];
    const dead = text.toString().trim().split(' ').map(Number);
    expect(dead.map(stateOf)).toEqual(Array(50).fill('Z'));
    const planned = await Promise.all(dead.map(zombieOf));
    const action = { kind: 'KILL_ZOMBIE_PARENT', parent: await targetOf(parent.pid ?? 0) } as const;
    const end = await carryOut({ ...action, zombies: planned });
    expect(end).toMatchObject({
      state: 'SUCCEEDED',
      before: { zombies: 50 },
      after: { zombies: 0, parentAlive: false },
    });
    expect(end.steps.length).toBeLessThan(steps);
    expect(end.steps.map((step) => step.text)).toContain(`${signal} to pid ${parent.pid}`);
    expect(dead.map(stateOf)).toEqual(Array(50).fill(undefined));
  });

  it('refuses_what_is_protected_changed_expired_forged_or_not_allowed', async () => {
    const child = start('/bin/sleep', '302');
    const process_ = await targetOf(child.pid ?? 0);
    const kill = (target: Target) => ({ kind: 'SIGNAL_PROCESS', process: target, signal: 9 }) as const;
    const code = async (action: CommandAction, more: Partial<Command> = {}) => (await carryOut(action, more)).code;
    // Should this ever go wrong, it means nothing to them.
    const cont = (target: Target) => ({ kind: 'SIGNAL_PROCESS', process: target, signal: 18 }) as const;
    const startOf = (pid: number) =>
      world.api.events.find((event) => event.kind === 'process' && event.pid === pid) as Target | undefined;
    for (const pid of [1, 2, agent.pid, process.pid]) {
      const { start: begun } = (await eventually(`${pid} is described`, () => startOf(pid))) as Target;
      expect(await code(cont({ pid, start: begun })), `pid ${pid}`).toBe('command/protected');
    }
    expect(await code(kill({ ...process_, start: String(BigInt(process_.start) - 1n) }))).toBe(
      'command/target-changed',
    );
    expect(await code(kill({ ...process_, cgroup: '/elsewhere' }))).toBe('command/target-changed');
    expect(await code(kill(process_), { expiresAt: new Date(Date.now() - 1_000).toISOString() })).toBe(
      'command/expired',
    );
    expect(await code(kill(process_), { host: 'f'.repeat(32) })).toBe('command/other-host');
    expect(await code(kill(process_), { bootId: randomUUID() })).toBe('command/other-boot');
    const forged = commandFor(kill(process_), { host: machineId(world.stateDir), bootId });
    world.api.command(forged.id, createSigner().seal(forged));
    expect((await endOf(forged)).code).toBe('command/bad-signature');
    writeFileSync(policyFile, '{"protected":["sleep"]}', { mode: 0o600 });
    expect(await code(kill(process_))).toBe('command/protected');
    writeFileSync(policyFile, '{"actions":["RESUME_PROCESS"]}', { mode: 0o600 });
    expect(await code(kill(process_))).toBe('command/not-allowed');
    writeFileSync(policyFile, '{');
    expect(await code(kill(process_))).toBe('command/bad-policy');
    expect(stateOf(process_.pid)).toBe('S');
  });

  it('does_not_do_again_what_it_was_killed_in_the_middle_of', async () => {
    const parent = start(zombies, '1', 'deaf');
    const [text] = (await once(parent.stdout!, 'data')) as [Buffer];
    const zombie = await zombieOf(Number(text.toString()));
    const command = send({
      kind: 'KILL_ZOMBIE_PARENT',
      parent: await targetOf(parent.pid ?? 0),
      zombies: [zombie],
    });
    await eventually('it has begun', () => reportsOf(command).length > 0);
    const killed = once(agent.child, 'exit');
    process.kill(agent.pid, 'SIGKILL');
    await killed;
    agent = await startAgent();
    expect(await endOf(command)).toMatchObject({ state: 'UNKNOWN' });
    // Sent again nonetheless, by somebody who should not.
    world.api.command(command.id, signer.seal(command));
    const again = await eventually('it is refused', () => reportsOf(command).find(({ state }) => state === 'REFUSED'));
    expect(again.code).toBe('command/replayed');
    expect(stateOf(parent.pid ?? 0)).toBe('S');
  });

  it('tells_how_it_ended_until_somebody_has_heard_it_and_never_acts_twice', async () => {
    const child = start('/bin/sh', '-c', 'trap "echo x" USR1; echo ready; while :; do sleep 0.05; done');
    let said = '';
    child.stdout?.on('data', (chunk: Buffer) => (said += chunk.toString()));
    await eventually('it is ready', () => said.includes('ready'));
    const process_ = await targetOf(child.pid ?? 0);
    world.api.misreport = ({ state }) => (state === 'ACCEPTED' ? undefined : 'lose');
    const command = send({ kind: 'SIGNAL_PROCESS', process: process_, signal: 10 });
    await eventually('it was done', () => said.includes('x'));
    // The line breaks, and the command comes again.
    for (const listener of world.api.listeners) listener.destroy();
    await eventually('it listens again', () => world.api.listeners.size > 0);
    expect(await agent.stop()).toBe(0);
    world.api.misreport = () => undefined;
    agent = await startAgent();
    expect(await endOf(command)).toMatchObject({ state: 'SUCCEEDED' });
    expect(said.match(/x/g)).toHaveLength(1);
  });
});

describe.runIf(able)('an agent that was enrolled without a key', { timeout: 60_000 }, () => {
  it('says_so_once_and_does_not_listen', async () => {
    buildAgent();
    const world = await createWorld();
    try {
      const agent = await world.start('--sensor', 'procfs');
      expect(agent.log().match(/No commands are taken/g)).toHaveLength(1);
      expect(world.api.listeners.size).toBe(0);
    } finally {
      await world.close();
    }
  });
});
