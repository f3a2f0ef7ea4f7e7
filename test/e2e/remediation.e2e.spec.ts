/**
 * Put it right, and say so: jobs that are asked for over GraphQL, done by the real agent on real processes; and the death that
 * one of them caused is told as its doing, with who asked for it and who approved.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { requirePrerequisite } from '../support/prerequisite.js';
import { startSystem, type System } from '../support/system.js';

interface Job {
  readonly id: string;
  readonly state: string;
  readonly detail: string | null;
  readonly code: string | null;
  readonly objections: { code: string }[];
  readonly executions: { before: object | null; after: object | null; steps: { text: string; ok: boolean }[] }[];
  readonly trail: { kind: string }[];
}

const fields = 'id state detail code objections { code } trail { kind }';
const request = `mutation ($input: JobInput!) { requestJob(input: $input) { ${fields} } }`;
const state = `query ($id: ID!) { job(id: $id) { ${fields} } }`;
const approve = `mutation ($id: ID!) { approveJob(id: $id) { ${fields} } }`;
const question = `query ($host: String!, $pid: Int!) {
  whoKilled(host: $host, pid: $pid) { verdict { cause summary actor { kind process { pid } job { id requestedBy } } } }
}`;

interface Answer {
  readonly verdict: { cause: string; summary: string; actor: { kind: string; process: { pid: number }; job: object } };
}

const patience = { timeout: 20_000, interval: 50 };

let system: System;
/** alice may ask, bob may approve. */
let alice: string;
let bob: string;

async function asks<T>(query: string, variables: object, token = system.adminToken): Promise<T> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const body = JSON.stringify({ query, variables });
  const reply = await fetch(`${system.url}/graphql`, { method: 'POST', headers, body });
  const { data, errors } = (await reply.json()) as { data: Record<string, T>; errors?: unknown };
  expect(errors).toBeUndefined();
  return Object.values(data)[0]!;
}

async function tokenOf(name: string, role: string): Promise<string> {
  const headers = { authorization: `Bearer ${system.adminToken}`, 'content-type': 'application/json' };
  const body = JSON.stringify({ name, role });
  const reply = await fetch(`${system.url}/v1/api-tokens`, { method: 'POST', headers, body });
  return ((await reply.json()) as { token: string }).token;
}

async function ended(id: string): Promise<Job> {
  let job: Job | undefined;
  await vi.waitFor(async () => {
    job = await asks<Job>(state, { id });
    expect(['SUCCEEDED', 'FAILED', 'REJECTED', 'EXPIRED']).toContain(job.state);
  }, patience);
  return job!;
}

async function sleeper(): Promise<ChildProcess & { pid: number }> {
  const child = spawn('sleep', ['1000'], { stdio: 'ignore' });
  await once(child, 'spawn');
  await vi.waitFor(async () => {
    const query =
      'query ($host: String!, $pid: Int!) { processes(filter: { host: $host, pid: $pid }) { edges { node { comm } } } }';
    const page = await asks<{ edges: { node: { comm: string } }[] }>(query, { host: system.host, pid: child.pid });
    expect(page.edges[0]?.node.comm).toBe('sleep');
  }, patience);
  return child as ChildProcess & { pid: number };
}

const stateOf = (pid: number) => /^State:\t(\S)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];

describe.runIf(requirePrerequisite('root', 'btf', 'libbpf'))('remediation', () => {
  beforeAll(async () => {
    system = await startSystem();
    alice = await tokenOf('alice', 'operator');
    bob = await tokenOf('bob', 'approver');
  });
  afterAll(() => system?.close());

  test('a_process_is_killed_after_approval_and_the_verdict_names_the_job_and_both', async () => {
    const victim = await sleeper();
    const gone = once(victim, 'exit');
    const input = { host: system.host, action: 'SIGNAL_PROCESS', pid: victim.pid, signal: 9, reason: 'it leaks' };
    const planned = await asks<Job>(request, { input: { ...input, dryRun: true } });
    expect(planned).toMatchObject({ objections: [] });
    const job = await asks<Job>(request, { input }, alice);
    expect(job.state).toBe('PENDING_APPROVAL');
    expect(victim.exitCode ?? victim.signalCode).toBeNull();
    await asks<Job>(approve, { id: job.id }, bob);
    expect(await gone).toEqual([null, 'SIGKILL']);
    expect(await ended(job.id)).toMatchObject({ state: 'SUCCEEDED', code: null });
    await vi.waitFor(async () => {
      const { verdict } = await asks<Answer>(question, { host: system.host, pid: victim.pid });
      expect(verdict).toMatchObject({
        cause: 'REMEDIATION',
        actor: { kind: 'WHODUNIT', process: { pid: system.agent.pid }, job: { id: job.id } },
      });
      expect(verdict.summary).toContain(`job ${job.id} (requested by alice`);
      expect(verdict.summary).toContain('approved by bob');
    }, patience);
  });

  test('a_stopped_process_goes_on', async () => {
    const child = await sleeper();
    process.kill(child.pid, 'SIGSTOP');
    await vi.waitFor(() => expect(stateOf(child.pid)).toBe('T'), patience);
    const input = { host: system.host, action: 'RESUME_PROCESS', pid: child.pid, reason: 'somebody forgot it' };
    const job = await ended((await asks<Job>(request, { input })).id);
    expect(job).toMatchObject({ state: 'SUCCEEDED' });
    expect(job.trail.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(['requested', 'signed', 'sent', 'succeeded']),
    );
    expect(stateOf(child.pid)).toBe('S');
    child.kill('SIGKILL');
  });

  test('what_is_protected_is_refused_at_the_request', async () => {
    const kill = (pid: number) => ({ host: system.host, action: 'SIGNAL_PROCESS', pid, signal: 9, reason: 'try' });
    const planned = await asks<Job>(request, { input: { ...kill(1), dryRun: true } });
    expect(planned.objections).toContainEqual(expect.objectContaining({ code: 'remedy/protected-init' }));
    const { errors } = await system.gql(request, { input: kill(system.agent.pid!) });
    expect(errors).toMatchObject([{ extensions: { code: 'remediation/refused' } }]);
    expect(JSON.stringify(errors)).toContain('remedy/protected-agent');
    expect(system.agent.exitCode).toBeNull();
  });
});
