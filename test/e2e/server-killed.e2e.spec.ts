/**
 * kill -9 of API and worker around every commit of a job's road, and after the command was written: the real programs, the real
 * agent, a real process that counts how often it was hit. Whatever dies when: once, an honest end, a trail that is whole.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { startPostgresProxy, type CommitPoint, type PostgresProxy } from '../support/postgres-proxy.js';
import { requirePrerequisite } from '../support/prerequisite.js';
import { startSystem, type System } from '../support/system.js';

interface Point extends CommitPoint {
  readonly victim: 'api' | 'worker';
}

const around = (victim: Point['victim'], ...kinds: readonly string[]): Point[] =>
  kinds.flatMap((kind) => (['before', 'after'] as const).map((when) => ({ victim, kind, when })));

/** Request, approval; signed and told by NOTIFY; marked as sent and not yet written; reports, before their 204. */
const all: readonly Point[] = [
  ...around('api', 'requested', 'approved'),
  ...around('worker', 'signed'),
  ...around('api', 'sent', 'accepted', 'succeeded'),
];
const usual = ['requested after', 'signed before', 'sent after', 'succeeded before'];
const isEvery = process.env['WHODUNIT_EVERY_POINT'] === '1';
const points = isEvery ? all : all.filter(({ kind, when }) => usual.includes(`${kind} ${when}`));

interface Job {
  readonly id: string;
  readonly state: string;
  readonly code: string | null;
  readonly trail: readonly { readonly kind: string }[];
}

const fields = 'id state code trail { kind }';
const requestJob = `mutation ($input: JobInput!) { requestJob(input: $input) { ${fields} } }`;
const approveJob = `mutation ($id: ID!) { approveJob(id: $id) { ${fields} } }`;
const jobById = `query ($id: ID!) { job(id: $id) { ${fields} } }`;
const knownProcess = `query ($host: String!, $pid: Int!) {
  processes(filter: { host: $host, pid: $pid, alive: true }) { nodes { id comm } }
}`;
/** Says so each time that it is hit. */
const counter = "trap 'echo hit' USR1; echo ready; while :; do sleep 0.05; done";

describe.runIf(requirePrerequisite('root', 'btf', 'libbpf'))('kill -9 of the server', { timeout: 240_000 }, () => {
  let proxy: PostgresProxy;
  let system: System;
  /** May ask, so that somebody else has to approve. */
  let alice: string;
  const targets: ChildProcess[] = [];

  beforeAll(async () => {
    const database = await createDatabase();
    proxy = await startPostgresProxy(database.url);
    system = await startSystem({ database: { url: proxy.url, drop: database.drop } });
    alice = await tokenOf('alice', 'operator');
  });
  afterEach(() => {
    for (const target of targets.splice(0)) target.kill('SIGKILL');
  });
  afterAll(async () => {
    await system?.close();
    await proxy?.close();
  });

  async function tokenOf(name: string, role: string): Promise<string> {
    const headers = { authorization: `Bearer ${system.adminToken}`, 'content-type': 'application/json' };
    const reply = await fetch(`${system.url}/v1/api-tokens`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ name, role }),
    });
    return ((await reply.json()) as { token: string }).token;
  }
  async function ask<T>(query: string, variables: object, token = system.adminToken): Promise<T> {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const body = JSON.stringify({ query, variables });
    const reply = await fetch(`${system.url}/graphql`, { method: 'POST', headers, body });
    const { data, errors } = (await reply.json()) as { data: Record<string, T> | null; errors?: unknown };
    if (errors || !data) throw new Error(JSON.stringify(errors));
    return Object.values(data)[0]!;
  }
  /** Again until it is answered: a program that asks does the same, and the key makes it one job. */
  const insist = <T>(query: string, variables: object, token?: string): Promise<T> =>
    eventually(() => ask<T>(query, variables, token).catch(() => null), 60_000);

  async function startTarget() {
    const target = spawn('/bin/bash', ['-c', counter], { stdio: ['ignore', 'pipe', 'ignore'] });
    targets.push(target);
    let said = '';
    target.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
    await eventually(() => said.includes('ready'));
    const pid = target.pid ?? 0;
    await eventually(async () => {
      const { nodes } = await ask<{ nodes: { comm: string }[] }>(knownProcess, { host: system.host, pid });
      return nodes.some(({ comm }) => comm === 'bash');
    });
    return { pid, hits: () => said.split('hit').length - 1 };
  }

  const killed: Record<Point['victim'], () => Promise<void>> = {
    api: async () => {
      await system.stopApi('SIGKILL');
      await system.startApi();
    },
    worker: async () => {
      await system.stopWorker('SIGKILL');
      system.startWorker();
    },
  };

  /** Asked for by alice, approved by the admin, insisting. */
  async function carryOut(pid: number): Promise<string> {
    const input = {
      host: system.host,
      action: 'SIGNAL_PROCESS',
      pid,
      signal: 10,
      reason: 'a test',
      idempotencyKey: `${pid}`,
    };
    const { id } = await insist<Job>(requestJob, { input }, alice);
    await eventually(async () => {
      const { state } = await insist<Job>(jobById, { id });
      return state !== 'PENDING_APPROVAL' || (await ask(approveJob, { id }).catch(() => null));
    }, 60_000);
    return id;
  }
  const inState = (id: string, state: string): Promise<Job> =>
    eventually(async () => {
      const job = await insist<Job>(jobById, { id });
      return job.state === state ? job : null;
    }, 90_000);

  test.each(points)('$victim: $when the commit of "$kind"', async ({ victim, ...point }) => {
    const target = await startTarget();
    const held = proxy.hold(point);
    const asking = carryOut(target.pid);
    await held;
    await killed[victim]();
    const job = await inState(await asking, 'SUCCEEDED');
    // It says so after the sleep that it is in.
    await eventually(() => target.hits() > 0);
    const kinds = job.trail.map(({ kind }) => kind);
    for (const kind of ['requested', 'approved', 'queued', 'signed', 'accepted', 'succeeded']) {
      expect(kinds.filter((one) => one === kind)).toEqual([kind]);
    }
    expect(target.hits()).toBe(1);
    expect(await system.verifyTrail()).toContain('the trail is whole');
  });

  test('the API after the command was written, while the agent acts', async () => {
    const target = await startTarget();
    const asking = carryOut(target.pid);
    await eventually(() => target.hits() === 1);
    await killed.api();
    await inState(await asking, 'SUCCEEDED');
    expect(target.hits()).toBe(1);
    expect(await system.verifyTrail()).toContain('the trail is whole');
  });

  /** The shortest life of a job is half a minute: only with all points. */
  const expiring = around('worker', 'expired').filter(() => isEvery);
  test.each(expiring)('$victim: $when the commit of "$kind"', async ({ victim, ...point }) => {
    const target = await startTarget();
    const input = { host: system.host, action: 'SIGNAL_PROCESS', pid: target.pid, signal: 10, reason: 'a test' };
    const { id } = await ask<Job>(requestJob, { input: { ...input, expiresInSeconds: 30 } }, alice);
    await proxy.hold(point);
    await killed[victim]();
    const { code, trail } = await inState(id, 'EXPIRED');
    expect([code, trail.filter(({ kind }) => kind === 'expired').length]).toEqual(['remediation/expired', 1]);
    expect(target.hits()).toBe(0);
    expect(await system.verifyTrail()).toContain('the trail is whole');
  });
});
