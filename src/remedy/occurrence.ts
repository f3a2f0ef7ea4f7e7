/** What a policy is asked about: a death or an episode, with what is known of it now. */
import type { ActorKind, Cause } from '../verdict/index.js';
import type { TargetProcessFacts } from './job-facts.js';

export type Occurrence = DeathOccurrence | EpisodeOccurrence;

interface OnHost {
  readonly host: { readonly id: string; readonly name: string; readonly labels: Readonly<Record<string, string>> };
  /** The host has not booted since. */
  readonly isOfPresentBoot: boolean;
}

export interface DeathOccurrence extends OnHost {
  readonly kind: 'death';
  /** Who died. */
  readonly process: TargetProcessFacts;
  readonly cause: Cause;
  readonly actor: ActorKind;
  readonly confidence: number;
  /** Null where nobody watched. */
  readonly livedSeconds: number | null;
  readonly secondsAgo: number;
  /** What took its place, how long after its death. */
  readonly restart: { readonly isLoop: boolean; readonly afterSeconds: number } | null;
  /** Processes of the same unit or container live: it was a worker, not the service, that died. */
  readonly isServiceAlive: boolean;
}

export interface EpisodeOccurrence extends OnHost {
  readonly kind: 'episode';
  readonly state: 'zombie' | 'uninterruptible' | 'stopped';
  readonly isOpen: boolean;
  readonly process: TargetProcessFacts;
  /** Of a zombie: who should wait for it, and how many such zombies it has. */
  readonly parent: TargetProcessFacts | null;
  readonly siblings: number;
  readonly lastedSeconds: number;
}
