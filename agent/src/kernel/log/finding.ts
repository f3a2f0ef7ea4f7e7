/** What the live kernel log says of somebody. */
import type { FaultLine } from './fault-line.js';
import type { OomReport } from './oom-report.js';

export interface LogPlace {
  /** Boot clock. */
  readonly at: bigint;
  readonly sequence: number;
  /** It was in the log already when the sensor began to record: nobody watched. */
  readonly unwatched: boolean;
}

export type LogFinding = LogPlace &
  (
    | { readonly kind: 'oom'; readonly report: OomReport }
    | { readonly kind: 'fault'; readonly fault: FaultLine; readonly text: string }
  );
