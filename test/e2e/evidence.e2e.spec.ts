/** Real OOM kills, faults and stopped processes, from the kernel to the answer. */
import { spawn, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cgroupHierarchies, createCgroups, type Cgroups } from '../support/cgroups.js';
import { eventually } from '../support/eventually.js';
import { requirePrerequisite } from '../support/prerequisite.js';
import { compile } from '../support/programs.js';
import { startSystem, type System } from '../support/system.js';
import type { Answer } from '../support/stack.js';

const limitBytes = 16 * 1024 * 1024;
const cgroupPath = `/whodunit-evidence-${process.pid}`;

describe.runIf(requirePrerequisite('root', 'btf', 'libbpf', 'cc'))('from the kernel to the answer', () => {
  let system: System;
  let cgroups: Cgroups;

  beforeAll(async () => {
    cgroups = createCgroups();
    system = await startSystem();
  }, 60_000);
  afterAll(async () => {
    await system?.close();
    cgroups.remove();
  });

  async function ask(query: string): Promise<Answer> {
    const reply = await system.gql<Answer>(query);
    return reply.data;
  }

  const death = async (pid: number | undefined, fields: string): Promise<Answer> =>
    (await ask(`{ whoKilled(host: "${system.host}", pid: ${pid}) { ${fields} } }`))?.whoKilled;

  test('an_OOM_kill_at_the_limit_of_a_cgroup', async (context) => {
    if (!cgroupHierarchies().includes('memory')) return context.skip('no memory cgroups of version 1');
    const cgroup = cgroups.make('memory', cgroupPath.slice(1));
    writeFileSync(`${cgroup}/memory.limit_in_bytes`, String(limitBytes));
    const script = `echo $$ > ${cgroup}/cgroup.procs; exec perl -e '$x = "a" x (64 * 1024 * 1024)'`;
    const { pid, signal } = spawnSync('/bin/sh', ['-c', script]);
    expect(signal).toBe('SIGKILL');
    const fields = `signal { name } cpuTime peakRss runTime reconstructed
      oomReport { constraint cgroup limits { name usage limit } tasks { nodes { pid comm rss } } }
      verdict { cause rule actor { kind } confidence summary }`;
    const answer = await eventually(async () => {
      const found = await death(pid, fields);
      return found?.verdict.rule === 'oom-cgroup' ? found : null;
    });
    expect(answer.verdict).toMatchObject({ cause: 'OOM_CGROUP', actor: { kind: 'KERNEL' } });
    expect(answer.verdict.summary).toContain(`cgroup ${cgroupPath} reached its limit of 16 MiB; it held `);
    expect(answer.oomReport).toMatchObject({ constraint: 'MEMCG', cgroup: cgroupPath });
    expect(answer.oomReport.tasks.nodes).toContainEqual(expect.objectContaining({ pid, comm: 'perl' }));
    expect(answer.peakRss).toBeGreaterThan(0);
  });

  test('a_crash_with_what_became_of_its_core', async () => {
    const program = await compile('ends');
    const { pid } = spawnSync(program.file, ['null']);
    await program.remove();
    const fields =
      'coreDump { path obstacle limit pattern } kernelLog { topic text } verdict { cause summary evidence { kind text } }';
    const answer = await eventually(async () => {
      const found = await death(pid, fields);
      return found?.kernelLog.length > 0 ? found : null;
    });
    expect(answer.verdict.cause).toBe('CRASHED');
    expect(answer.kernelLog[0]).toMatchObject({ topic: 'SEGFAULT' });
  });

  test('a_process_that_was_stopped', async () => {
    const child = spawn('sleep', ['1000'], { stdio: 'ignore' });
    try {
      await eventually(() => child.pid !== undefined);
      spawnSync('/bin/kill', ['-STOP', String(child.pid)]);
      const query = `{ episodes(filter: { pid: ${child.pid}, state: STOPPED }) { nodes {
        state startedAt endedAt duration process { comm } signal { name } sender { comm args } } } }`;
      const open = await eventually(async () => (await ask(query))?.episodes.nodes[0]);
      expect(open).toMatchObject({ endedAt: null, signal: { name: 'SIGSTOP' }, sender: { comm: 'kill' } });
      child.kill('SIGKILL');
      const closed = await eventually(async () => {
        const node = (await ask(query))?.episodes.nodes[0];
        return node?.endedAt === null ? null : node;
      });
      expect(closed.duration).toBeGreaterThan(0);
    } finally {
      child.kill('SIGKILL');
    }
  });
});
