/**
 * The ledger: proof, per host and stream, that nothing was lost without a count.
 *
 *     read = stored + rejected + dropped(cause) + unaccounted, and unaccounted is 0
 *
 * - `read` is what the agent says (`LedgerEvent`), and it says so without knowing what became of it: the number of
 *   events of a run (one start of an agent) up to that place. `stored` is counted where it is stored, in the
 *   transaction that stores; `rejected` and `dropped` come as loss events.
 * - Events in the opening of an epoch restate what was told (src/contract/batch.ts) and are no part of it, nor are events
 *   about the agent itself.
 * - What the kernel lost before anybody could read it (`kernelLossCauses`) stands beside it.
 */
import { z } from 'zod';
import { BootNanoseconds, count } from './fields.js';
import type { Stream } from './streams.js';

export const StreamCounts = z.object({ sensor: count.optional(), 'kernel-log': count.optional() } satisfies Record<
  Stream,
  z.ZodType
>);
export type StreamCounts = z.infer<typeof StreamCounts>;

/**
 * So many events did this run number before this one or, told by the successor of an agent that was killed, so many at
 * least: the whole run, as it is on disk.
 */
export const LedgerEvent = z.object({
  kind: z.literal('ledger'),
  at: BootNanoseconds,
  run: z.uuid(),
  read: StreamCounts,
});
export type LedgerEvent = z.infer<typeof LedgerEvent>;
