/** Whether a policy means this death or episode, and what it asks for then. */
import type { DeathOccurrence, EpisodeOccurrence, Occurrence } from './occurrence.js';
import { fitsAny } from './pattern.js';
import type { Policy } from './policy.js';
import type { JobRequest, Requester, Wanted } from './request.js';
import { processName } from './words.js';

export type Match =
  | { readonly kind: 'yes' }
  /** Ask again do: others may start it again in the meantime. */
  | { readonly kind: 'wait'; readonly seconds: number }
  /** `because`: the first condition that does not hold. */
  | { readonly kind: 'no'; readonly because: string };

export function matches(policy: Policy, occurrence: Occurrence): Match {
  const { death, episode } = policy.when;
  const conditions = [...ofHost(policy, occurrence)];
  if (occurrence.kind === 'death' && death !== undefined) conditions.push(...ofDeath(policy, death, occurrence));
  else if (occurrence.kind === 'episode' && episode !== undefined) conditions.push(...ofEpisode(episode, occurrence));
  else return { kind: 'no', because: 'kind' };
  const failed = conditions.find(([, holds]) => !holds);
  if (failed !== undefined) return { kind: 'no', because: failed[0] };
  const seconds = secondsToWait(policy, occurrence);
  return seconds > 0 ? { kind: 'wait', seconds } : { kind: 'yes' };
}

/** What is told late (an agent that was cut off) is history: nobody expects an answer to it any more. */
export const lateSeconds = 900;

type Condition = readonly [name: string, holds: boolean];

function ofHost({ where }: Policy, { host, isOfPresentBoot }: Occurrence): readonly Condition[] {
  const labels = Object.entries(where.labels ?? {});
  return [
    ['boot', isOfPresentBoot],
    ['host', fitsAny(where.host, [host.name])],
    ['labels', labels.every(([key, value]) => Object.hasOwn(host.labels, key) && host.labels[key] === value)],
  ];
}

function ofDeath(
  { do: wanted }: Policy,
  when: NonNullable<Policy['when']['death']>,
  death: DeathOccurrence,
): readonly Condition[] {
  const { process, restart } = death;
  const isForOwnService = wanted.action === 'RESTART_SERVICE' && wanted.service === undefined;
  return [
    ['cause', (when.cause as readonly string[]).includes(death.cause)],
    ['actor', when.actor === undefined ? death.actor !== 'HUMAN' : when.actor.includes(death.actor)],
    ['unit', fitsAny(when.unit, [process.unit])],
    ['exe', fitsAny(when.exe, [process.exe, process.exe?.split('/').at(-1)])],
    ['confidence', death.confidence >= when.confidenceMin],
    ['lived', when.livedSecondsMin === 0 || (death.livedSeconds ?? 0) >= when.livedSecondsMin],
    ['restart', when.restart === 'LOOP' ? restart?.isLoop === true : restart === null],
    ['alive', !(isForOwnService && death.isServiceAlive)],
    ['late', death.secondsAgo <= when.afterSeconds + lateSeconds],
  ];
}

function ofEpisode(when: NonNullable<Policy['when']['episode']>, episode: EpisodeOccurrence): readonly Condition[] {
  const process = target(episode);
  return [
    ['state', when.state === episode.state.toUpperCase()],
    ['over', episode.isOpen],
    ['parent', process !== null],
    ['unit', fitsAny(when.unit, [process?.unit])],
    ['exe', fitsAny(when.exe, [process?.exe, process?.exe?.split('/').at(-1)])],
    ['zombies', episode.state !== 'zombie' || episode.siblings >= when.zombiesMin],
  ];
}

/** Whom something would be done to: of a zombie its parent. */
function target(episode: EpisodeOccurrence) {
  return episode.state === 'zombie' ? episode.parent : episode.process;
}

function secondsToWait({ when }: Policy, occurrence: Occurrence): number {
  if (occurrence.kind === 'episode') return (when.episode?.lastedSecondsMin ?? 0) - occurrence.lastedSeconds;
  return when.death?.restart === 'LOOP' ? 0 : (when.death?.afterSeconds ?? 0) - occurrence.secondsAgo;
}

/** Of an occurrence that matches. */
export function requestOf(policy: Policy, occurrence: Occurrence, armedBy: string): JobRequest {
  const requester: Requester = { kind: 'policy', name: policy.name, armedBy };
  return {
    wanted: wantedBy(policy, occurrence),
    hosts: [occurrence.host.id],
    maxHosts: 1,
    requester,
    reason: reasonOf(policy, occurrence),
  };
}

function wantedBy({ do: wanted }: Policy, occurrence: Occurrence): Wanted {
  const { bootId, ref } = (occurrence.kind === 'episode' ? target(occurrence) : null) ?? occurrence.process;
  const process = { bootId, ref };
  switch (wanted.action) {
    case 'RESTART_SERVICE': {
      const service = wanted.service === undefined ? { process } : { name: wanted.service, manager: null };
      return { action: wanted.action, service };
    }
    case 'REBOOT_HOST':
      return { action: wanted.action };
    default:
      return { action: wanted.action, process };
  }
}

function reasonOf({ name }: Policy, occurrence: Occurrence): string {
  const who = processName(occurrence.process);
  const what = occurrence.kind === 'death' ? `died (${occurrence.cause})` : `is ${occurrence.state}`;
  return `Policy ${name}: ${who} ${what}.`;
}
