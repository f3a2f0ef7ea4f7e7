/**
 * `POST /v1/batches`: how events travel from an agent to the API.
 *
 * Layout: one JSON object, optionally gzip (`content-encoding: gzip`).
 * - `epoch` names one unbroken numbering of one host; an agent that has lost its numbering starts a new epoch.
 * - Events are numbered 1, 2, 3 … within an epoch; `sequence` is the number of the first event of the batch.
 * - `run` is one start of an agent; a run has one epoch, or several when its numbering had to be given up. The first
 *   `opening` numbers of such an epoch restate what is needed to understand the rest, and are not counted as read.
 * - A numbered event never changes: a batch that was not acknowledged is sent again with the same content for the
 *   same numbers, though it may be cut into batches differently.
 *
 * Behaviour of the server
 * - 200 `Ack`: everything up to and including `committed` is in Postgres. Events at or below the number that was
 *   committed before are skipped: delivery is at least once, storage exactly once.
 * - 409 with `committed`: the batch begins beyond `committed + 1`; send again from there (or start a new epoch).
 * - 400, 413, 415: permanent, nothing was stored; sending the same again is pointless.
 * - 401, 403: the credential is not (any longer) good; enrol again.
 * - 429, 503: come back after `Retry-After` seconds.
 *
 * Compatibility: `version` is the contract's major version. The server takes the current and the previous one.
 */
import { z } from 'zod';
import { eventKinds, KnownEvent, UnknownEvent, type Event } from './event.js';
import { limits } from './limits.js';
import { contractVersion } from './version.js';

export const Batch = z.object({
  version: z.literal(contractVersion),
  epoch: z.uuid(),
  sequence: z.int().min(1).max(Number.MAX_SAFE_INTEGER),
  /** For the ledger (src/contract/ledger.ts); older agents do not keep one. */
  run: z.uuid().optional(),
  opening: z.int().min(0).max(Number.MAX_SAFE_INTEGER).optional(),
  /** /proc/sys/kernel/random/boot_id; every event of a batch is of this boot. */
  bootId: z.uuid(),
  /** Wall-clock time at boot-clock zero as the agent sees it now (UTC, RFC 3339): wall = bootedAt + at. */
  bootedAt: z.iso
    .datetime()
    .max(40)
    // Years that any clock may show and that every database can hold.
    .regex(/^(19|20|21)\d\d-/),
  events: z
    .array(z.union([KnownEvent, UnknownEvent]))
    .min(1)
    .max(limits.batchEventsMax),
});

export const Ack = z.object({
  epoch: z.uuid(),
  /** The highest event number of this epoch that Postgres has committed. */
  committed: z.int().min(0),
});

export type Batch = z.infer<typeof Batch>;
export type Ack = z.infer<typeof Ack>;

const knownKinds: ReadonlySet<string> = new Set(eventKinds);

/** Tells a known kind from one that a newer agent invented. */
export function isKnownEvent(event: Event): event is KnownEvent {
  return knownKinds.has(event.kind);
}
