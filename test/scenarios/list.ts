/** All scenarios, in the order of the gallery. G comes last: it ends the agent that the others need. */
import { exits } from './a-exits.js';
import { crashes } from './b-crashes.js';
import { signals } from './c-signals.js';
import { manyKilled } from './c-many.js';
import { terminals } from './c-terminals.js';
import { byTheKernel } from './c-kernel.js';
import { memory } from './d-memory.js';
import { oomDaemon } from './d-oom-daemon.js';
import { containerStops } from './e-containers.js';
import { guards } from './e-guards.js';
import { services } from './e-services.js';
import { problems } from './f-problems.js';
import { agents } from './g-agent.js';
import type { Elsewhere, Scenario } from './scenario.js';

export const scenarios: readonly (Scenario | Elsewhere)[] = [
  ...exits,
  ...crashes,
  ...signals,
  ...manyKilled,
  ...terminals,
  ...byTheKernel,
  ...memory,
  oomDaemon,
  ...services,
  ...containerStops,
  guards,
  ...problems,
  ...agents,
];
