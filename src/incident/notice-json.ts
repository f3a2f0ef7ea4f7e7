/** A notice as it is stored: JSON, with its times as text. */
import type { IncidentFacts, Notice } from './notice.js';

/** @param body as a store of ours wrote it */
export function readNotice(body: object): Notice {
  const { at, incident, ...rest } = body as Omit<Notice, 'at' | 'incident'> & { at: string; incident: StoredIncident };
  const { openedAt, updatedAt, resolvedAt, latest, ...facts } = incident;
  return {
    ...rest,
    at: new Date(at),
    incident: {
      ...facts,
      openedAt: new Date(openedAt),
      updatedAt: new Date(updatedAt),
      resolvedAt: resolvedAt === null ? null : new Date(resolvedAt),
      latest: { ...latest, at: new Date(latest.at) },
    },
  };
}

type StoredIncident = Omit<IncidentFacts, 'openedAt' | 'updatedAt' | 'resolvedAt' | 'latest'> & {
  readonly openedAt: string;
  readonly updatedAt: string;
  readonly resolvedAt: string | null;
  readonly latest: Omit<IncidentFacts['latest'], 'at'> & { readonly at: string };
};
