/** Which deaths are asked for. */
import { storableText } from './text.js';

export interface DeathCriteria {
  readonly hostId?: number | null;
  readonly since?: Date | null;
  readonly until?: Date | null;
  readonly cause?: readonly string[] | null;
  readonly actor?: readonly string[] | null;
  readonly signal?: readonly number[] | null;
  readonly exe?: string | null;
  readonly command?: string | null;
  readonly loginUser?: string | null;
  readonly pid?: number | null;
  readonly unit?: string | null;
  /** Of the host; all of them. */
  readonly labels?: readonly { readonly key: string; readonly value: string }[] | null;
}

/** JSON array of objects, or null. */
export function labelsOf({ labels }: Pick<DeathCriteria, 'labels'>): string | null {
  if (!labels) return null;
  return JSON.stringify(labels.map(({ key, value }) => ({ [storableText(key)]: storableText(value) })));
}
