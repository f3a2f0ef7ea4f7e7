/** What the ledger (ledger.ts) counts under which name. Both ends count by this; the agent has no zod. */
import type { EventKind, LossCause } from './event.js';

/** Where events are from. `sensor`: the rung in use, and /proc. */
export const streams = ['sensor', 'kernel-log'] as const;
export type Stream = (typeof streams)[number];

const streamsOfKinds: Partial<Record<EventKind, Stream | null>> = {
  kernel_log: 'kernel-log',
  oom_report: 'kernel-log',
  agent_start: null,
  agent_stop: null,
  ledger: null,
  loss: null,
  snapshot: null,
};

/** Null: about the agent itself. */
export function streamOf(kind: string): Stream | null {
  const stream = streamsOfKinds[kind as EventKind];
  return stream === undefined ? 'sensor' : stream;
}

export const kernelLossCauses = ['ring-overrun', 'kernel-log-overrun', 'trace-overrun', 'throttled'] as const;

export function isKernelLoss(cause: string): boolean {
  return (kernelLossCauses as readonly string[]).includes(cause);
}

export function streamOfKernelLoss(cause: LossCause): Stream {
  return cause === 'kernel-log-overrun' ? 'kernel-log' : 'sensor';
}
