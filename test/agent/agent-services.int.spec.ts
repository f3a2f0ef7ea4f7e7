/** The real agent restarts real services: a script of /etc/init.d and a container; and starts no program that is not on its list. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { commandFor, createSigner } from '../../agent/src/command/command.fixture.js';
import { programs } from '../../agent/src/command/tools.js';
import { machineId } from '../../agent/src/state/credential.js';
import type { CommandAction } from '../../src/contract/index.js';
import { createContainers, type Containers } from '../support/containers.js';
import { requirePrerequisite } from '../support/prerequisite.js';
import { buildAgent, createWorld, eventually, type Agent, type World } from './agent-process.js';

const signer = createSigner();
const bootId = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
let world: World;
let agent: Agent;

beforeAll(buildAgent);
beforeEach(async () => {
  world = await createWorld();
  world.api.commandKey = signer.publicKey;
  agent = await world.start('--sensor', 'auto', '--command-policy', join(world.stateDir, 'none'));
  await eventually('it listens', () => world.api.listeners.size > 0);
});
afterEach(() => world.close());

async function carryOut(action: CommandAction) {
  const command = commandFor(action, { host: machineId(world.stateDir), bootId });
  world.api.command(command.id, signer.seal(command));
  const isEnd = (report: { command: string; state: string }) =>
    report.command === command.id && report.state !== 'ACCEPTED';
  return eventually('its end is reported', () => world.api.reports.find(isEnd), 30_000);
}

const onSysvinit = requirePrerequisite('root', 'btf', 'libbpf', 'service') && !existsSync('/run/systemd/system');

describe.runIf(onSysvinit)('a service of sysvinit', { timeout: 60_000 }, () => {
  const name = `whodunit-test-${process.pid}`;
  const script = `/etc/init.d/${name}`;
  const pidFile = `/run/${name}.pid`;
  const pidOf = () => Number(readFileSync(pidFile, 'utf8'));

  beforeAll(() => {
    writeFileSync(
      script,
      `#!/bin/sh
stop() { [ -f ${pidFile} ] && kill "$(cat ${pidFile})" 2>/dev/null; rm -f ${pidFile}; }
start() { /bin/sleep 300 >/dev/null 2>&1 & echo $! > ${pidFile}; }
case "$1" in
  restart) stop; start ;;
  start) start ;;
  stop) stop ;;
  status) [ -f ${pidFile} ] && kill -0 "$(cat ${pidFile})" || exit 3 ;;
esac
`,
    );
    chmodSync(script, 0o755);
    spawnSync('service', [name, 'start']);
  });
  afterAll(() => {
    spawnSync('service', [name, 'stop']);
    rmSync(script, { force: true });
    rmSync(pidFile, { force: true });
  });

  it('is_restarted_and_who_did_it_can_be_followed_to_the_agent', async () => {
    const before = pidOf();
    const end = await carryOut({ kind: 'RESTART_SERVICE', manager: 'sysvinit', service: name });
    expect(end).toMatchObject({
      state: 'SUCCEEDED',
      before: { running: true, mainPid: before },
      after: { running: true, mainPid: pidOf() },
      steps: [{ text: `service ${name} restart: status 0`, ok: true }],
    });
    expect(pidOf()).not.toBe(before);
    const death = await eventually('its death', () => world.api.deathOf(before));
    const [actor] = end.actors;
    expect(death.sender).toMatchObject({ pid: actor?.pid, start: actor?.start, parent: { pid: agent.pid } });
  });

  it.runIf(requirePrerequisite('strace'))('is_all_that_is_executed', async () => {
    const file = join(world.stateDir, 'strace');
    const calls = 'trace=execve,execveat,fork,vfork,clone,clone3';
    const threads = readdirSync(`/proc/${agent.pid}/task`);
    const tracer = spawn('strace', ['-f', '-qq', '-e', calls, '-o', file, '-p', String(agent.pid)], {
      stdio: 'ignore',
    });
    try {
      const status = `/proc/${agent.pid}/status`;
      await eventually('it is traced', () => !readFileSync(status, 'utf8').includes('TracerPid:\t0\n'));
      for (const service of [name, 'whodunit-no-such-service'])
        for (const manager of ['sysvinit', 'systemd', 'supervisord', 'docker'] as const)
          await carryOut({ kind: 'RESTART_SERVICE', manager, service });
    } finally {
      tracer.kill('SIGINT');
      await once(tracer, 'exit');
    }
    const executed = executedByItself(readFileSync(file, 'utf8'), threads);
    expect(executed.length).toBeGreaterThan(2);
    const list: readonly string[] = Object.values(programs).flat();
    expect(executed.filter((path) => !list.includes(path))).toEqual([]);
  });
});

/**
 * What the agent started: what a child that it made became first. Not what that becomes in turn, as scripts do. `threads`: the
 * agent's, when the tracing began.
 */
function executedByItself(trace: string, threads: readonly string[]): readonly string[] {
  const begun = new Map<string, string>();
  const makers = new Map<string, { readonly by: string; readonly asThread: boolean }>();
  const executed = new Map<string, string>();
  for (const line of trace.split('\n')) {
    const [, task = '', call = ''] = /^(\d+) +(.*)$/.exec(line) ?? [];
    if (/^(clone3?|v?fork)\(/.test(call)) begun.set(task, call);
    const [, made] = /^(?:<\.\.\. )?(?:clone3?|v?fork)\b.*= (\d+)$/.exec(call) ?? [];
    if (made) makers.set(made, { by: task, asThread: begun.get(task)?.includes('CLONE_THREAD') ?? false });
    const [, path] = /^execve(?:at)?\([^"]*"([^"]*)"/.exec(call) ?? [];
    if (path !== undefined && !executed.has(task)) executed.set(task, path);
  }
  const isAgent = (task: string): boolean => {
    const maker = makers.get(task);
    return threads.includes(task) || (maker !== undefined && maker.asThread && isAgent(maker.by));
  };
  const isOurs = (task: string) => isAgent(task) || isAgent(makers.get(task)?.by ?? '');
  return [...executed].filter(([task]) => isOurs(task)).map(([, path]) => path);
}

const socket = '/run/podman/podman.sock';
const onPodman = requirePrerequisite('root', 'btf', 'libbpf', 'podman', 'machine') && !existsSync(socket);

describe.runIf(onPodman)('a container', { timeout: 120_000 }, () => {
  let containers: Containers;
  let server: ChildProcess;
  const madeFolder = !existsSync('/run/podman');

  beforeAll(async () => {
    if (madeFolder) mkdirSync('/run/podman', { mode: 0o700 });
    containers = createContainers();
    server = containers.serve(socket);
    await eventually('podman listens', () => existsSync(socket), 30_000);
  }, 120_000);
  afterAll(async () => {
    const ended = once(server, 'exit');
    server.kill('SIGTERM');
    await ended;
    containers.remove();
    rmSync(socket, { force: true });
    if (madeFolder) rmdirSync('/run/podman');
  }, 120_000);

  it('is_restarted_over_its_engines_socket', async () => {
    const { id, pid } = containers.run('/usr/bin/sh', '-c', 'trap "exit 0" TERM; while :; do sleep 1; done');
    const end = await carryOut({ kind: 'RESTART_SERVICE', manager: 'podman', service: id });
    expect(end).toMatchObject({
      state: 'SUCCEEDED',
      before: { state: 'running', mainPid: pid, container: id },
      after: { state: 'running' },
    });
    expect(end.after['mainPid']).not.toBe(pid);
    expect(containers.podman('inspect', '--format={{.State.Pid}}', id)).toBe(String(end.after['mainPid']));
  });
});
