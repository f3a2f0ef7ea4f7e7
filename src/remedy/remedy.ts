/** What could be done about a death or an episode. Whether it is done is for a person or a policy to say. */
import type { ProcessRef } from '../contract/index.js';

export const actions = [
  'RESTART_SERVICE',
  'KILL_ZOMBIE_PARENT',
  'SIGNAL_PROCESS',
  'SET_OOM_SCORE_ADJ',
  'RESUME_PROCESS',
  'REBOOT_HOST',
] as const;

export type Action = (typeof actions)[number];

export interface Remedy {
  readonly action: Action;
  /** What it would act on: systemd's unit, or a process. */
  readonly unit: string | null;
  readonly process: ProcessRef | null;
  /** Whether it makes sense now. What does not is named too, where people would try it. */
  readonly advised: boolean;
  /** Why, or why not: one sentence. */
  readonly reason: string;
}
