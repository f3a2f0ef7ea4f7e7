/** Who starts and stops services: one file each. */
import type { Observations, Report } from '../../contract.js';
import type { Result } from '../../result.js';
import type { Context } from '../context.js';

export interface ServiceState {
  readonly observations: Observations;
  readonly mainPid: number | undefined;
  /** Undefined where the manager does not say. */
  readonly running: boolean | undefined;
  /** Another one after each start; undefined where the manager does not say. */
  readonly run: string | undefined;
}

export interface Restarted {
  readonly ok: boolean;
  /** What the manager said. */
  readonly said: string;
  readonly actors: Report['actors'];
}

export interface Manager {
  /** A refusal when there is no such service, or none that may be restarted. */
  look(service: string, context: Context): Promise<Result<ServiceState>>;
  restart(service: string, context: Context): Promise<Restarted>;
}
