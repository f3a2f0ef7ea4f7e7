/** What callers may ask for, over GraphQL and REST alike, checked in one place. */
import { z } from 'zod';
import { limits, rungs, serviceManagers, ServiceName } from '../contract/index.js';
import { Failure } from '../platform/errors.js';
import { actions } from '../remedy/index.js';

export const jobLifetimeSeconds = { min: 30, max: 3_600, alone: 300, withApprovals: 1_800 } as const;

const name = z.string().min(1).max(limits.nameCharactersMax);
const optional = <T extends z.ZodType>(schema: T) => schema.nullish().transform((value) => value ?? null);

const upper = <T extends string>(names: readonly T[]) =>
  z.enum(names.map((each) => each.toUpperCase()) as Uppercase<T>[]);

export const JobInput = z.strictObject({
  action: z.enum(actions),
  host: optional(name),
  hostId: optional(
    z
      .string()
      .regex(/^\d{1,9}$/, 'must be the `id` of a host')
      .transform(Number),
  ),
  selector: optional(
    z.strictObject({
      names: optional(z.array(name).min(1).max(500)),
      name: optional(name),
      rung: optional(upper(rungs)),
      labels: optional(
        z
          .array(z.strictObject({ key: z.string().min(1).max(63), value: z.string().max(255) }))
          .min(1)
          .max(32),
      ),
    }),
  ),
  maxHosts: optional(z.int().min(1).max(500)),
  unit: optional(ServiceName),
  manager: optional(upper(serviceManagers)),
  process: optional(z.string().max(64)),
  pid: optional(z.int().min(1).max(limits.pidMax)),
  signal: optional(z.int().min(1).max(64)),
  oomScoreAdj: optional(z.int().min(-1000).max(1000)),
  reason: z.string().trim().min(1).max(limits.reasonCharactersMax),
  expiresInSeconds: optional(z.int().min(jobLifetimeSeconds.min).max(jobLifetimeSeconds.max)),
  dryRun: optional(z.boolean()),
  idempotencyKey: optional(z.string().regex(/^[\x21-\x7e]{1,255}$/, 'must be 1 to 255 printable ASCII characters')),
});

export type JobInput = z.output<typeof JobInput>;

type Parameter = 'unit' | 'manager' | 'process' | 'pid' | 'signal' | 'oomScoreAdj';

/** Which parameters an action takes; what it does not take is an error, not ignored. */
const takes: Readonly<Record<JobInput['action'], readonly Parameter[]>> = {
  RESTART_SERVICE: ['unit', 'manager', 'process', 'pid'],
  KILL_ZOMBIE_PARENT: ['process', 'pid'],
  SIGNAL_PROCESS: ['process', 'pid', 'signal'],
  RESUME_PROCESS: ['process', 'pid'],
  SET_OOM_SCORE_ADJ: ['process', 'pid', 'oomScoreAdj'],
  REBOOT_HOST: [],
};

/** @throws Failure `remediation/bad-request` (400) that names the first wrong field. */
export function parseJobInput(value: unknown): JobInput {
  const parsed = JobInput.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw badRequest(issue?.path.join('.') || 'the request', `${issue?.message ?? 'is not valid'}.`);
  }
  const input = parsed.data;
  checkParameters(input);
  checkHosts(input);
  return input;
}

function checkParameters(input: JobInput): void {
  for (const parameter of ['unit', 'manager', 'process', 'pid', 'signal', 'oomScoreAdj'] as const) {
    if (input[parameter] !== null && !takes[input.action].includes(parameter)) {
      throw badRequest(parameter, `${input.action} does not take it.`);
    }
  }
  if (input.action === 'REBOOT_HOST') return;
  const targets = [input.unit, input.process, input.pid].filter((target) => target !== null).length;
  const choice = input.action === 'RESTART_SERVICE' ? '`unit`, `process` or `pid`' : '`process` or `pid`';
  if (targets !== 1) throw badRequest('process', `${input.action} takes exactly one of ${choice}.`);
  if (input.manager !== null && input.unit === null)
    throw badRequest('manager', 'It says who manages `unit`: give both.');
  if (input.action === 'SIGNAL_PROCESS' && input.signal === null)
    throw badRequest('signal', 'SIGNAL_PROCESS needs it.');
  if (input.action === 'SET_OOM_SCORE_ADJ' && input.oomScoreAdj === null) {
    throw badRequest('oomScoreAdj', 'SET_OOM_SCORE_ADJ needs it.');
  }
}

function checkHosts({ host, hostId, selector, process, pid, maxHosts }: JobInput): void {
  const said = [host, hostId, selector].filter((each) => each !== null).length;
  if (said !== 1) throw badRequest('host', 'Name one host by `host` or `hostId`, or give a `selector`.');
  if (selector && (process !== null || pid !== null)) {
    throw badRequest('selector', 'A process is on one host: name that one in `host`.');
  }
  if (selector && maxHosts === null)
    throw badRequest('maxHosts', 'With a `selector`, say how many hosts may be touched.');
  if (selector && Object.values(selector).every((condition) => condition === null)) {
    throw badRequest('selector', 'It needs a condition: `names`, `name`, `rung` or `labels`.');
  }
}

export function badRequest(field: string, why: string): Failure {
  const detail = `Nothing was stored: ${field}: ${why}`;
  return new Failure({ code: 'remediation/bad-request', status: 400, detail, extra: { field } });
}
