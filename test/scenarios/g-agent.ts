/** G: the agent itself. The last section, since it ends the agent that the others need. */
import { agentReady, stop } from '../support/system.js';
import { askSilence } from './ask.js';
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
  {
    id: 'G2',
    title: 'a host falls silent',
    expected: {
      cause: 'SILENT_HOST',
      actor: null,
      shows: [
        /"severity":"ERROR"/,
        /"title":"no word from /,
        /^Nothing has been heard of .* since .*, and its agent did not say goodbye: the agent, the host or the network/,
        /Which of them is not known, and what happened there since is told when it is heard again\./,
        /"The last batch of events was stored at /,
        /"change":"OPENED"/,
      ],
    },
    // The agent is the last one: whoever comes after that finds none.
    produce: async ({ system }) => {
      const at = new Date().toISOString();
      for (const agent of system.agents) await stop(agent, 'SIGKILL');
      return { pid: 1, at };
    },
    ask: askSilence,
  },
];
