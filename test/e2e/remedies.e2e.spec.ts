/**
 * Each remedy for real and whole, from the question over GraphQL to the facts afterwards, with the queue in Postgres and in Redis: fifty
 * zombies are gone, an oom_score_adj is set, a stopped process goes on, a service of sysvinit and a container run anew. (A service of systemd:
 * restart-machine.e2e.)
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createContainers, type Containers } from '../support/containers.js';
import { eventually } from '../support/eventually.js';
import { requirePrerequisite } from '../support/prerequisite.js';
import { compile, type Program } from '../support/programs.js';
import { startRedis, type Redis } from '../support/redis.js';
import { startSystem, type System } from '../support/system.js';

interface Fact {
  readonly name: string;
  readonly value: string | null;
}
interface Job {
  readonly id: string;
  readonly state: string;
  readonly detail: string | null;
  readonly executions: readonly { before: Fact[]; after: Fact[]; steps: { text: string; ok: boolean }[] }[];
  readonly trail: readonly { kind: string }[];
}

const fields =
  'id state detail executions { before { name value } after { name value } steps { text ok } } trail { kind }';
const requestJob = `mutation ($input: JobInput!) { requestJob(input: $input) { ${fields} } }`;
const jobById = `query ($id: ID!) { job(id: $id) { ${fields} } }`;
const knownProcess =
  'query ($host: String!, $pid: Int!) { processes(filter: { host: $host, pid: $pid, alive: true }) { nodes { comm } } }';
const planned = `mutation ($input: JobInput!) { requestJob(input: $input) { plan { targets { zombies } } } }`;
const patience = 30_000;

const queues = requirePrerequisite('redis-server') ? (['Postgres', 'Redis'] as const) : (['Postgres'] as const);
const able = requirePrerequisite('root', 'btf', 'libbpf', 'cc');
const onSysvinit = requirePrerequisite('service') && !existsSync('/run/systemd/system');
const podmanSocket = '/run/podman/podman.sock';
const onPodman = requirePrerequisite('podman', 'machine') && !existsSync(podmanSocket);

describe.runIf(able).each(queues)('remedies, queue in %s', { timeout: 120_000 }, (queue) => {
  let system: System;
  let redis: Redis | null = null;
  let program: Program;
  const targets: ChildProcess[] = [];

  beforeAll(async () => {
    redis = queue === 'Redis' ? await startRedis() : null;
    program = await compile('zombies');
    system = await startSystem(redis ? { server: { QUEUE_URL: redis.url } } : {});
  }, 120_000);
  afterEach(() => {
    for (const target of targets.splice(0)) target.kill('SIGKILL');
  });
  afterAll(async () => {
    await system?.close();
    await redis?.stop();
    await program?.remove();
  });

  async function ask<T>(query: string, variables: Record<string, unknown>): Promise<T> {
    const { data, errors } = await system.gql<Record<string, T>>(query, variables);
    expect(errors).toBeUndefined();
    return Object.values(data!)[0]!;
  }
  async function start(file: string, ...args: readonly string[]) {
    const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'ignore'] });
    targets.push(child);
    await once(child, 'spawn');
    await known(child.pid!, basename(file));
    return child as ChildProcess & { pid: number };
  }
  /** Under what it has become last. */
  const known = (pid: number, comm: string) =>
    eventually(async () => {
      const { nodes } = await ask<{ nodes: { comm: string }[] }>(knownProcess, { host: system.host, pid });
      return nodes.some((node) => node.comm === comm);
    }, patience);
  /** Done, with every step in the trail. */
  async function done(input: object) {
    const { id } = await ask<Job>(requestJob, { input: { host: system.host, reason: 'a test', ...input } });
    const job = await eventually(async () => {
      const now = await ask<Job>(jobById, { id });
      return ['QUEUED', 'SENT', 'RUNNING'].includes(now.state) ? null : now;
    }, 60_000);
    expect(job.detail, JSON.stringify(job)).not.toBeNull();
    expect(job.state, job.detail ?? '').toBe('SUCCEEDED');
    expect(job.trail.map(({ kind }) => kind)).toEqual(['requested', 'signed', 'sent', 'accepted', 'succeeded']);
    const [execution] = job.executions;
    return { before: factsOf(execution!.before), after: factsOf(execution!.after), steps: execution!.steps };
  }

  test('fifty_zombies_are_gone_with_the_parent_that_did_not_wait', async () => {
    const parent = await start(program.file, '50');
    const gone = once(parent, 'exit');
    const zombies = (await once(parent.stdout!.setEncoding('utf8'), 'data')).join('').trim().split(' ');
    expect(zombies.map((pid) => stateOf(Number(pid)))).toEqual(Array.from({ length: 50 }, () => 'Z'));
    const input = { host: system.host, action: 'KILL_ZOMBIE_PARENT', pid: parent.pid, reason: 'a test', dryRun: true };
    await eventually(async () => {
      const { plan } = await ask<{ plan: { targets: { zombies: number[] }[] } | null }>(planned, { input });
      return plan?.targets[0]?.zombies.length === 50;
    }, patience);
    const { before, after, steps } = await done({ action: 'KILL_ZOMBIE_PARENT', pid: parent.pid });
    expect([before['zombies'], after['zombies']]).toEqual(['50', '0']);
    expect(steps.length).toBeGreaterThan(1);
    expect((await gone)[1]).toBe('SIGTERM');
    expect(zombies.filter((pid) => existsSync(`/proc/${pid}`))).toEqual([]);
  });

  test('a_stopped_process_goes_on_and_an_oom_score_is_set', async () => {
    const { pid } = await start('/bin/sleep', '1000');
    process.kill(pid, 'SIGSTOP');
    await eventually(() => stateOf(pid) === 'T');
    const resumed = await done({ action: 'RESUME_PROCESS', pid });
    expect([resumed.before['state'], stateOf(pid)]).toEqual(['T', 'S']);
    // One target has its rest between two jobs.
    const other = await start('/bin/sleep', '1000');
    const set = await done({ action: 'SET_OOM_SCORE_ADJ', pid: other.pid, oomScoreAdj: 321 });
    expect([set.before['oomScoreAdj'], set.after['oomScoreAdj']]).toEqual(['0', '321']);
    expect(readFileSync(`/proc/${other.pid}/oom_score_adj`, 'utf8')).toBe('321\n');
  });

  test.runIf(onSysvinit)('a_service_of_sysvinit_runs_anew', async () => {
    const name = `anew-${queue.toLowerCase()}-${process.pid}`;
    const [script, pidFile] = [`/etc/init.d/${name}`, `/run/${name}.pid`];
    const pidOf = () => Number(readFileSync(pidFile, 'utf8'));
    writeFileSync(script, initScript(pidFile));
    chmodSync(script, 0o755);
    try {
      spawnSync('service', [name, 'start']);
      const first = pidOf();
      await known(first, 'sleep');
      const { steps } = await done({ action: 'RESTART_SERVICE', unit: name, manager: 'SYSVINIT' });
      expect(steps.every(({ ok }) => ok)).toBe(true);
      expect(pidOf()).not.toBe(first);
      // Its script does not wait for the end of what it ends.
      await eventually(() => isOver(first));
      expect(isOver(pidOf())).toBe(false);
    } finally {
      spawnSync('service', [name, 'stop']);
      for (const file of [script, pidFile]) rmSync(file, { force: true });
    }
  });

  test.runIf(onPodman)('a_container_of_podman_runs_anew', async () => {
    const isNew = !existsSync('/run/podman');
    if (isNew) mkdirSync('/run/podman', { mode: 0o700 });
    const containers: Containers = createContainers();
    const server = containers.serve(podmanSocket);
    try {
      await eventually(() => existsSync(podmanSocket), patience);
      const { id, pid } = containers.run('/usr/bin/sh', '-c', 'trap "exit 0" TERM; while :; do sleep 1; done');
      await known(pid, 'sh');
      const { before, after } = await done({ action: 'RESTART_SERVICE', pid });
      expect(before).toMatchObject({ state: 'running', mainPid: String(pid), container: id });
      expect(after).toMatchObject({ state: 'running' });
      expect(containers.podman('inspect', '--format={{.State.Pid}}', id)).toBe(after['mainPid']);
      expect(after['mainPid']).not.toBe(String(pid));
    } finally {
      const ended = once(server, 'exit');
      server.kill('SIGTERM');
      await ended;
      containers.remove();
      rmSync(podmanSocket, { force: true });
      if (isNew) rmdirSync('/run/podman');
    }
  });
});

const factsOf = (list: readonly Fact[]) => Object.fromEntries(list.map(({ name, value }) => [name, value]));
/** Also where nobody has waited for it yet. */
const isOver = (pid: number) => !existsSync(`/proc/${pid}`) || stateOf(pid) === 'Z';
const stateOf = (pid: number) => /^State:\t(\S)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];

const initScript = (pidFile: string) => `#!/bin/sh
stop() { [ -f ${pidFile} ] && kill "$(cat ${pidFile})" 2>/dev/null; rm -f ${pidFile}; }
start() { /bin/sleep 300 >/dev/null 2>&1 & echo $! > ${pidFile}; }
case "$1" in
  restart) stop; start ;;
  start) start ;;
  stop) stop ;;
  status) [ -f ${pidFile} ] && kill -0 "$(cat ${pidFile})" || exit 3 ;;
esac
`;
