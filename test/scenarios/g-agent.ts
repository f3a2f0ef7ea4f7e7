/** G: the agent itself. The last section, since it ends the agent that the others need. */
import { agentReady } from '../support/system.js';
import { ended } from './processes.js';
import { another, type Elsewhere, type Scenario } from './scenario.js';

export const agents: readonly (Scenario | Elsewhere)[] = [
  {
    id: 'G1',
    title: 'kill -9 of the agent; the next one says who did it',
    expected: { cause: 'SIGNALED', actor: another, shows: [/SIGKILL from kill/] },
    produce: async (scene) => {
      const { system } = scene;
      const actorPid = await ended(scene, '/bin/kill', '-9', String(system.agent.pid));
      await agentReady(system.spawnAgent(), system.agentLog);
      return { pid: system.agent.pid ?? 0, actorPid };
    },
  },
  {
    id: 'G1',
    title: 'nothing is missing in between',
    test: 'test/e2e/agent-killed.e2e.spec.ts: loses_nothing_unaccounted',
    reason: 'takes minutes',
  },
];
