/** What belongs to incidents, for a whole page of them in one statement each. */
import { Injectable } from '@nestjs/common';
import DataLoader from 'dataloader';
import type { IncidentRow, SilenceRow } from '../store/incident.rows.js';
import { IncidentStore } from '../store/incident.store.js';

/** Remembers nothing beyond one turn of the event loop: a subscription asks again and again, and incidents change. */
@Injectable()
export class IncidentLoaders {
  readonly incident: DataLoader<string, IncidentRow | null>;
  readonly silence: DataLoader<string, SilenceRow | null>;

  constructor(store: IncidentStore) {
    const options = { cache: false } as const;
    this.incident = new DataLoader(async (ids) => inOrder(ids, await store.matching({}, distinct(ids))), options);
    this.silence = new DataLoader(async (ids) => inOrder(ids, await store.silencesById(distinct(ids))), options);
  }
}

function distinct(ids: readonly string[]): string[] {
  return [...new Set(ids)];
}

function inOrder<T extends { readonly id: string }>(ids: readonly string[], rows: readonly T[]): (T | null)[] {
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.map((id) => byId.get(id) ?? null);
}
