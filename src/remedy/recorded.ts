/** Deaths and episodes of the past, as they looked at an earlier moment. */
import type { Occurrence } from './occurrence.js';
import type { Policy } from './policy.js';

/** `atSeconds`: when it happened (an episode: began), on any clock that all of them share. */
export type Recorded = Occurrence & { readonly atSeconds: number };

/** When the policy would have looked at it. */
export function turnOf({ when }: Policy, recorded: Recorded): number {
  if (recorded.kind === 'episode') return recorded.atSeconds + (when.episode?.lastedSecondsMin ?? 0);
  const patience = when.death?.restart === 'LOOP' ? recorded.restart?.afterSeconds : when.death?.afterSeconds;
  return recorded.atSeconds + (patience ?? 0);
}

/** What had happened later was not known then. */
export function asOf(recorded: Recorded, at: number): Occurrence {
  const past = at - recorded.atSeconds;
  if (recorded.kind === 'episode')
    return {
      ...recorded,
      isOpen: recorded.isOpen || recorded.lastedSeconds > past,
      lastedSeconds: past,
      isOfPresentBoot: true,
    };
  const { restart } = recorded;
  const restarted = restart !== null && restart.afterSeconds <= past ? restart : null;
  return { ...recorded, secondsAgo: past, restart: restarted, isOfPresentBoot: true };
}

/** Zombies with as many siblings as their parent had at the policy's turn. */
export function withSiblings(policy: Policy, recorded: readonly Recorded[]): readonly Recorded[] {
  const zombies = recorded.flatMap((one) => (one.kind === 'episode' && one.state === 'zombie' ? [one] : []));
  const families = new Map<string, (typeof zombies)[number][]>();
  for (const zombie of zombies) {
    const family = families.get(parentOf(zombie));
    if (family) family.push(zombie);
    else families.set(parentOf(zombie), [zombie]);
  }
  return recorded.map((one) => {
    if (one.kind !== 'episode' || one.state !== 'zombie' || one.parent === null) return one;
    const at = turnOf(policy, one);
    const isThere = ({ atSeconds, isOpen, lastedSeconds }: (typeof zombies)[number]) =>
      atSeconds <= at && (isOpen || atSeconds + lastedSeconds > at);
    return { ...one, siblings: (families.get(parentOf(one)) ?? []).filter(isThere).length };
  });
}

function parentOf({ host, parent }: Extract<Recorded, { kind: 'episode' }>): string {
  return `${host.id} ${parent?.bootId} ${parent?.ref.pid} ${parent?.ref.start}`;
}
