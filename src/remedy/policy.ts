/**
 * A policy: what is done without being asked. "When a death or an episode is like this, and nothing has started it again, then
 * do that, at most so often." The one home of its shape, for GraphQL and for files. The only file here that imports zod.
 *
 * A policy does not work against anybody: what systemd, a supervisor or a person has started again is left alone, what was
 * stopped on purpose stays stopped, and a service in a restart loop is not restarted once more.
 */
import { z } from 'zod';
import { ServiceName } from '../contract/index.js';
import { actorKinds, causes } from '../verdict/index.js';

/** Asked for, ours, or no failure. */
const notForPolicies = [
  'EXITED',
  'SERVICE_STOP',
  'SERVICE_STOP_TIMEOUT',
  'CONTAINER_STOP',
  'SHUTDOWN',
  'REMEDIATION',
] as const;
export const policyCauses = causes.filter(
  (cause): cause is Exclude<(typeof causes)[number], (typeof notForPolicies)[number]> =>
    !(notForPolicies as readonly string[]).includes(cause),
);
export const policyActions = ['RESTART_SERVICE', 'KILL_ZOMBIE_PARENT', 'RESUME_PROCESS', 'REBOOT_HOST'] as const;
/** NONE: nothing has started it again. LOOP: it is started again and again, and dies. */
export const policyRestarts = ['NONE', 'LOOP'] as const;
export const policyEpisodes = ['ZOMBIE', 'UNINTERRUPTIBLE', 'STOPPED'] as const;

/** `*` stands for any characters; any of the list. */
const Patterns = z.array(z.string().min(1).max(255)).min(1).max(32);

export const PolicyDeath = z.strictObject({
  cause: z.array(z.enum(policyCauses)).min(1),
  /** Any but HUMAN unless said: what a person ended was meant to end. */
  actor: z.array(z.enum(actorKinds)).min(1).optional(),
  unit: Patterns.optional(),
  /** Whole path, or its last component. */
  exe: Patterns.optional(),
  restart: z.enum(policyRestarts).default('NONE'),
  /** How long others, systemd's Restart= above all, have for starting it again. */
  afterSeconds: z.int().min(10).max(3_600).default(60),
  /** What died young had a reason that a restart does not mend. */
  livedSecondsMin: z.int().min(0).max(86_400).default(0),
  confidenceMin: z.number().min(0).max(1).default(0.7),
});

export const PolicyEpisode = z.strictObject({
  state: z.enum(policyEpisodes),
  unit: Patterns.optional(),
  exe: Patterns.optional(),
  lastedSecondsMin: z.int().min(10).max(86_400).default(300),
  /** Of one parent. */
  zombiesMin: z.int().min(1).max(1_000).default(1),
});

export const Policy = z
  .strictObject({
    name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/),
    /** What is not armed only says what it would have done. */
    armed: z.boolean().default(false),
    when: z.strictObject({ death: PolicyDeath.optional(), episode: PolicyEpisode.optional() }),
    /** On any host unless said. All labels must be there. */
    where: z
      .strictObject({ host: Patterns.optional(), labels: z.record(z.string().max(63), z.string().max(255)).optional() })
      .default({}),
    do: z.strictObject({
      action: z.enum(policyActions),
      /** Of RESTART_SERVICE: another service than the one that died. */
      service: ServiceName.optional(),
    }),
    atMostPerHour: z.int().min(1).max(60).default(3),
  })
  .superRefine((policy, context) => {
    for (const [path, message] of contradictions(policy)) context.addIssue({ code: 'custom', path: [path], message });
  });

export type Policy = z.infer<typeof Policy>;

type Shape = Pick<Policy, 'when' | 'do'>;

function contradictions({ when, do: wanted }: Shape): readonly (readonly [path: string, message: string])[] {
  const { death, episode } = when;
  if ((death === undefined) === (episode === undefined)) return [['when', 'Either a death or an episode.']];
  const subject = death === undefined ? (episode?.state ?? 'ZOMBIE') : (`DEATH_${death.restart}` as const);
  if (!fitting[subject].includes(wanted.action))
    return [['do', `${wanted.action} does not help there; ${fitting[subject].join(' or ')} may.`]];
  if (wanted.service !== undefined && wanted.action !== 'RESTART_SERVICE')
    return [['do', 'Only RESTART_SERVICE has a service.']];
  const another =
    'A service in a restart loop is not restarted once more: name another service that may be the reason.';
  const isOwnLoop = death?.restart === 'LOOP' && wanted.action === 'RESTART_SERVICE' && wanted.service === undefined;
  return isOwnLoop ? [['do', another]] : [];
}

type Subject = 'DEATH_NONE' | 'DEATH_LOOP' | (typeof policyEpisodes)[number];

const fitting: Readonly<Record<Subject, readonly Policy['do']['action'][]>> = {
  DEATH_NONE: ['RESTART_SERVICE', 'REBOOT_HOST'],
  DEATH_LOOP: ['RESTART_SERVICE', 'REBOOT_HOST'],
  ZOMBIE: ['KILL_ZOMBIE_PARENT'],
  UNINTERRUPTIBLE: ['REBOOT_HOST'],
  STOPPED: ['RESUME_PROCESS'],
};
