/** D: memory. Only ever in a cgroup with a limit. */
import { writeFileSync } from 'node:fs';
import { cgroupHierarchies } from '../support/cgroups.js';
import { ended } from './processes.js';
import type { Elsewhere, Scenario } from './scenario.js';

const limitBytes = 16 * 1024 * 1024;

export const memory: readonly (Scenario | Elsewhere)[] = [
  {
    id: 'D1',
    title: 'the whole host is out of memory',
    test: 'agent/src/kernel/log/oom-report.spec.ts: is_read_whole_from_%s',
    reason: 'it would hit others: reports of other kernels are fixtures (test/fixtures/oom)',
  },
  {
    id: 'D2',
    title: 'the limit of a memory cgroup',
    expected: {
      cause: 'OOM_CGROUP',
      actor: 'KERNEL',
      shows: [/reached its limit of 16 MiB; it held /, /"constraint":"MEMCG"/, /"limit":16777216/, /"comm":"dies"/],
    },
    obstacle: () => (cgroupHierarchies().includes('memory') ? null : 'no memory cgroups of version 1'),
    produce: async (scene) => {
      const cgroup = `whodunit-gallery-${process.pid}`;
      const directory = scene.cgroups.make('memory', cgroup);
      writeFileSync(`${directory}/memory.limit_in_bytes`, String(limitBytes));
      const script = `echo $$ > ${directory}/cgroup.procs; exec ${await scene.program('dies')} memory`;
      return { pid: await ended(scene, '/bin/sh', '-c', script), shows: [new RegExp(`cgroup /${cgroup} reached`)] };
    },
  },
  {
    id: 'D3',
    title: 'the whole group is killed: memory.oom.group',
    test: 'agent/src/kernel/log/oom-report.spec.ts: names_every_victim_of_a_group_once_and_counts_what_the_kernel_counts',
    reason: 'needs memory cgroups of version 2: a fixture',
  },
  {
    id: 'D5',
    title: 'reports of kernels 2.6.32 to 6.x, also as people paste them',
    test: 'agent/src/kernel/log/oom-report.spec.ts: is_read_whole_from_%s',
    reason: 'other kernels: fixtures (test/fixtures/oom)',
  },
  {
    id: 'D6',
    title: 'killed before the agent was installed',
    test: 'test/agent/kernel-log-agent.int.spec.ts: tells_a_death_from_before_its_first_start_as_reconstructed_and_once',
    reason: 'needs an agent that starts later',
  },
];
