/**
 * Questions to the fleet, and what agents answer.
 *
 * An event `question` on `GET /v1/commands` has a `Question` as its data. It asks to look, never to act, so it is not signed; the
 * agent reads nothing but files of /proc, /sys and /etc that its own checks name, and `systemctl show`. An agent that does not
 * know the event leaves it alone, as everything on that stream that is no command; one that does not know a check says so.
 * The same question comes again on each connection until it is answered; the agent answers once.
 *
 * `POST /v1/answers` with an `Answer`. 204: it is in Postgres, or was already. 404: nobody asked this host. 409 `audit/over`: it was
 * stopped, or its time is over. Command lines were redacted before.
 */
import { z } from 'zod';
import { processStates, severities } from './audit-checks.js';
import { BootNanoseconds, count, id32, pid, text } from './fields.js';
import { limits } from './limits.js';

const signals = z.array(z.int().min(1).max(64)).min(1).max(64);
const bytes = z.int().min(0).max(Number.MAX_SAFE_INTEGER);
const seconds = z.int().min(0).max(1_000_000_000);

/** Living processes for which everything that is given holds; within a list of signals and states: all signals, any state. */
export const ProcessFilter = z.object({
  /** Executable: whole path, or its last component. */
  exe: text(limits.pathCharactersMax).min(1).optional(),
  unit: text(limits.nameCharactersMax).min(1).optional(),
  /** Name, or number. */
  user: text(limits.nameCharactersMax).min(1).optional(),
  catches: signals.optional(),
  ignores: signals.optional(),
  blocks: signals.optional(),
  /** Neither caught nor ignored. */
  defaults: signals.optional(),
  memoryBytesMin: bytes.optional(),
  memoryBytesMax: bytes.optional(),
  fdsMin: z.int().min(0).max(10_000_000).optional(),
  states: z.array(z.enum(processStates)).min(1).max(8).optional(),
  olderThanSeconds: seconds.optional(),
  youngerThanSeconds: seconds.optional(),
});

export const Question = z.object({
  version: z.literal(1),
  id: z.uuid(),
  /** From when it is written to the stream: clocks do not matter. */
  expiresInSeconds: z.int().min(1).max(limits.auditSecondsMax),
  /** By name; an agent may be older than a name. */
  checks: z.array(text(64).regex(/^[A-Z][A-Z_]*$/)).max(64),
  filter: ProcessFilter.optional(),
  /** From this age on a process counts as a daemon. */
  longLivedSeconds: seconds,
});

/** Facts by name: `limit`, `openFiles`, `parentComm` … */
export const AuditFacts = z.record(
  z.string().regex(/^[a-z][A-Za-z0-9]{0,31}$/),
  z.union([text(limits.factCharactersMax), z.number(), z.boolean(), z.null()]),
);

export const Subject = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('host') }),
  z.object({ kind: z.literal('unit'), unit: text(limits.nameCharactersMax) }),
  z.object({
    kind: z.literal('process'),
    pid,
    /** As events name it; absent where the sensor did not know the process. */
    start: BootNanoseconds.optional(),
    comm: text(limits.commCharactersMax),
    exe: text(limits.factCharactersMax).optional(),
    /** Redacted, cut. */
    commandLine: text(limits.factCharactersMax),
    unit: text(limits.nameCharactersMax).optional(),
    uid: id32,
    user: text(limits.nameCharactersMax).optional(),
  }),
]);

export const Finding = z.object({
  check: text(64).regex(/^[A-Z][A-Z_]*$/),
  severity: z.enum(severities),
  subject: Subject,
  facts: AuditFacts,
});

export const Answer = z.object({
  version: z.literal(1),
  question: z.uuid(),
  bootId: z.uuid(),
  /** Set: nothing was looked at, and this is why. */
  refusal: z
    .object({ code: text(64).regex(/^[a-z]+\/[a-z0-9-]+$/), detail: text(limits.factCharactersMax) })
    .optional(),
  processes: count,
  /** From beginning to end, pauses included. */
  durationMs: count,
  findings: z.array(Finding).max(limits.findingsMax),
  /** How many findings of a check were left out to keep the answer small. */
  cut: z.array(z.object({ check: text(64), count: count.min(1) })).max(64),
  /** Checks that could not be made here: no systemd, not known to this agent … */
  skipped: z.array(z.object({ check: text(64), why: text(limits.factCharactersMax) })).max(64),
});

export type ProcessFilter = z.infer<typeof ProcessFilter>;
export type Question = z.infer<typeof Question>;
export type AuditFacts = z.infer<typeof AuditFacts>;
export type Subject = z.infer<typeof Subject>;
export type Finding = z.infer<typeof Finding>;
export type Answer = z.infer<typeof Answer>;
