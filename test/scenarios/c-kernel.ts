/** C12: the kernel kills, because somebody else ended or wanted it. */
import { writeFileSync } from 'node:fs';
import { cgroupHierarchies } from '../support/cgroups.js';
import { childOf, killedBy, sleeper, startTalking } from './processes.js';
import type { Scenario } from './scenario.js';

export const byTheKernel: readonly Scenario[] = [
  {
    id: 'C12',
    title: 'parent-death signal',
    expected: { cause: 'PARENT_DEATH', actor: 'KERNEL', shows: [/SIGTERM/, /parent/] },
    produce: async (scene) => {
      const script = 'setpriv --pdeathsig TERM sleep 1000 & echo $!; sleep 0.5; exit 0';
      const parent = await startTalking(scene, '/bin/sh', '-c', script);
      await parent.ended;
      return { pid: Number(parent.said), actorPid: parent.pid };
    },
  },
  {
    id: 'C12',
    title: 'the init of its pid namespace ends',
    expected: { cause: 'NAMESPACE_TEARDOWN', actor: 'KERNEL', shows: [/the init of its pid namespace, had ended/] },
    produce: async (scene) => {
      const script = 'sleep 1000 & echo ready; sleep 0.5; exit 0';
      const unshare = await startTalking(scene, '/usr/bin/unshare', '--pid', '--fork', '/bin/sh', '-c', script);
      const init = await childOf(unshare.pid);
      const pid = await childOf(init);
      await unshare.ended;
      return { pid, actorPid: init };
    },
  },
  {
    id: 'C12',
    title: 'cgroup.kill',
    expected: { cause: 'CGROUP_KILL', actor: 'KERNEL', shows: [/wrote to cgroup\.kill/] },
    obstacle: () => (cgroupHierarchies().includes('unified') ? null : 'no cgroups of version 2'),
    produce: async (scene) => {
      const directory = scene.cgroups.make('unified', `whodunit-gallery-${process.pid}`);
      const victim = await sleeper(scene);
      writeFileSync(`${directory}/cgroup.procs`, String(victim.pid));
      return killedBy(scene, victim, '/bin/sh', '-c', `echo 1 > ${directory}/cgroup.kill`);
    },
  },
];
