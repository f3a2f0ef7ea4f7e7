/** Which silence covers a trouble. Pure. */
import { fitsAny } from '../remedy/index.js';
import type { SilenceRow } from '../store/incident.rows.js';
import type { Trouble } from './trouble.js';

/** The one that lasts longest, so that it is asked about its end once. */
export function silenceOf(trouble: Trouble, silences: readonly SilenceRow[]): SilenceRow | null {
  const covering = silences.filter((silence) => covers(silence, trouble));
  return covering.reduce<SilenceRow | null>((last, one) => (last && last.ends_at >= one.ends_at ? last : one), null);
}

/** Of labels all must be there; of the rest, one pattern of each list that is not empty. */
export function covers(silence: SilenceRow, { at, host, unit, exe, cause }: Trouble): boolean {
  const any = (patterns: readonly string[]) => (patterns.length === 0 ? undefined : patterns);
  return (
    silence.starts_at <= at &&
    at < silence.ends_at &&
    fitsAny(any(silence.host), [host.name]) &&
    fitsAny(any(silence.unit), [unit]) &&
    fitsAny(any(silence.exe), [exe, exe?.split('/').at(-1)]) &&
    fitsAny(any(silence.cause), [cause]) &&
    Object.entries(silence.labels).every(
      ([name, value]) => Object.hasOwn(host.labels, name) && host.labels[name] === value,
    )
  );
}
