/**
 * How an agent is asked to act, and what it says of it.
 *
 * `GET /v1/commands` with the host's credential: server-sent events. An event `command` has an `Envelope` as its data; a
 * comment comes at least every `commandHeartbeatMs`, so that both ends notice a dead line. What has no `Report` of its end is
 * sent again on each connection until it expires; the agent acts once however often it comes.
 *
 * `POST /v1/reports` with a `Report`: first that the command was accepted (its intent is on the agent's disk) or refused, then
 * how it ended. 204: it is in Postgres. The same report may come twice. Codes of the answer as for batches.
 *
 * The envelope is DSSE (secure-systems-lab/dsse, protocol.md): Ed25519 over `DSSEv1 LEN(type) type LEN(body) body`, verified over
 * exact bytes before anything of the payload is parsed. The public key was pinned when the host was enrolled.
 *
 * The agent refuses what is not for this host and this boot, not yet or no longer valid, seen before, not of this list, against
 * its own local policy, or aimed at a process that is not the planned one any more.
 */
import { z } from 'zod';
import { CommandAction } from './action.js';
import { BootNanoseconds, text } from './fields.js';
import { limits } from './limits.js';

export const commandPayloadType = 'application/vnd.whodunit.command.v1+json';

const base64 = z.base64();

export const Envelope = z.object({
  payloadType: z.literal(commandPayloadType),
  /** A `Command` as JSON. */
  payload: base64.max(limits.commandBytesMax * 2),
  /** `keyid` is a hint: the first 16 hexadecimal digits of the SHA-256 of the raw public key. */
  signatures: z
    .array(z.object({ keyid: text(64), sig: base64.max(128) }))
    .min(1)
    .max(4),
});

export const Command = z.object({
  version: z.literal(1),
  /** Of this one command to this one host; never used again. */
  id: z.uuid(),
  job: z.uuid(),
  /** Machine id of the host. */
  host: z.string().regex(/^[0-9a-f]{32}$/),
  bootId: z.uuid(),
  /** UTC. Minutes apart. */
  notBefore: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
  /** For the agent's own log: who wanted it, who allowed it, and why. */
  requestedBy: text(limits.nameCharactersMax),
  approvedBy: z.array(text(limits.nameCharactersMax)).max(8),
  reason: text(limits.reasonCharactersMax),
  action: CommandAction,
});

/** Something done on the way: `KILL_ZOMBIE_PARENT` has several. */
export const Step = z.object({
  at: BootNanoseconds,
  /** What was done, in words: "SIGTERM to pid 4711". */
  text: text(limits.stepCharactersMax),
  ok: z.boolean(),
});

/** Facts by name that show whether it helped: `mainPid`, `oomScoreAdj`, `zombies`, `state`, `activeState` … */
export const Observations = z.record(
  z.string().regex(/^[a-z][A-Za-z0-9]{0,31}$/),
  z.union([text(limits.nameCharactersMax), z.number(), z.boolean(), z.null()]),
);

/**
 * ACCEPTED: about to act. SUCCEEDED, FAILED: it acted, and what was wanted is so, or not. REFUSED: it did nothing, and `code`
 * says why. UNKNOWN: it was killed between intent and result, and will not try again.
 */
export const reportStates = ['ACCEPTED', 'SUCCEEDED', 'FAILED', 'REFUSED', 'UNKNOWN'] as const;

export const Report = z.object({
  version: z.literal(1),
  command: z.uuid(),
  state: z.enum(reportStates),
  /** `command/what`, for programs. */
  code: z
    .string()
    .regex(/^[a-z]+\/[a-z0-9-]+$/)
    .max(64)
    .optional(),
  /** A sentence for people. */
  detail: text(limits.reasonCharactersMax),
  bootId: z.uuid(),
  /** Of ACCEPTED: before it acted. */
  at: BootNanoseconds,
  steps: z.array(Step).max(64),
  before: Observations,
  after: Observations,
  /** The process that the agent started or that sent the signal, where there was one: for the verdict. */
  actors: z.array(z.object({ pid: z.int().min(1), start: BootNanoseconds })).max(16),
});

export type Envelope = z.infer<typeof Envelope>;
export type Command = z.infer<typeof Command>;
export type Step = z.infer<typeof Step>;
export type Observations = z.infer<typeof Observations>;
export type ReportState = (typeof reportStates)[number];
export type Report = z.infer<typeof Report>;
