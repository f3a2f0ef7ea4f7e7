/** From a question to the deed: the whole product finds a forgotten process, its remedy is asked for as it is, and the next run says gone. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { requirePrerequisite } from '../support/prerequisite.js';
import { startSystem, type System } from '../support/system.js';

const patience = { timeout: 30_000, interval: 100 };
const fields = `id state answeredCount hosts { nodes { processes } } compareWith { newCount goneCount stillCount }
  findings(first: 200) { nodes { check subject { pid processId commandLine } remedy { action host unit process oomScoreAdj reason } } }`;

interface Finding {
  readonly subject: { readonly pid: number; readonly processId: string | null; readonly commandLine: string };
  readonly remedy: { readonly action: string } | null;
}

interface Audit {
  readonly id: string;
  readonly state: string;
  readonly hosts: { readonly nodes: readonly { readonly processes: number }[] };
  readonly compareWith: { readonly goneCount: number } | null;
  readonly findings: { readonly nodes: readonly Finding[] };
}

describe.runIf(requirePrerequisite('root', 'btf', 'libbpf'))('an audit with the real agent', () => {
  let system: System;
  let child: ChildProcess;

  beforeAll(async () => {
    system = await startSystem();
    child = spawn('sleep', ['1000'], { stdio: 'ignore' });
    await once(child, 'spawn');
  });
  afterAll(async () => {
    child?.kill('SIGKILL');
    await system?.close();
  });

  async function run(): Promise<Audit> {
    const input = { host: system.host, checks: ['STOPPED'], filter: { states: ['T'], exe: 'sleep' } };
    const asked = await system.gql<{ runAudit: { id: string } }>(
      'mutation ($input: AuditInput!) { runAudit(input: $input) { id } }',
      { input },
    );
    expect(asked.errors).toBeUndefined();
    let audit: Audit | undefined;
    await vi.waitFor(async () => {
      const query = `query ($id: ID!) { audit(id: $id) { ${fields} } }`;
      audit = (await system.gql<{ audit: Audit }>(query, { id: asked.data!.runAudit.id })).data!.audit;
      expect(audit.state).toBe('COMPLETED');
    }, patience);
    return audit!;
  }

  test('a_stopped_process_is_found_resumed_by_the_remedy_and_gone_in_the_next_run', async () => {
    const pid = child.pid!;
    const stateOf = () => /^State:\t(\S)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    process.kill(pid, 'SIGSTOP');
    await vi.waitFor(() => expect(stateOf()).toBe('T'), patience);
    await vi.waitFor(async () => {
      const query =
        'query ($host: String!, $pid: Int!) { processes(filter: { host: $host, pid: $pid }) { nodes { id } } }';
      const { data } = await system.gql<{ processes: { nodes: object[] } }>(query, { host: system.host, pid });
      expect(data?.processes.nodes).not.toEqual([]);
    }, patience);
    const first = await run();
    expect(first.hosts.nodes[0]!.processes).toBeGreaterThan(1);
    const found = first.findings.nodes.find(({ subject, remedy }) => subject.pid === pid && remedy !== null);
    expect(found).toMatchObject({ remedy: { action: 'RESUME_PROCESS' }, subject: { commandLine: 'sleep 1000' } });
    const job = await system.gql('mutation ($input: JobInput!) { requestJob(input: $input) { id } }', {
      input: found!.remedy,
    });
    expect(job.errors).toBeUndefined();
    await vi.waitFor(() => expect(stateOf()).toBe('S'), patience);
    const second = await run();
    expect(second.findings.nodes.map(({ subject }) => subject.pid)).not.toContain(pid);
    expect(second.compareWith?.goneCount).toBeGreaterThanOrEqual(1);
  });
});
