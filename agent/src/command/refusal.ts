/** Why the agent does nothing: one code each, for programs, and a sentence for people. Nothing was done when one is told. */
import type { Result } from '../result.js';

export type RefusalCode = `command/${
  | 'bad-signature'
  | 'malformed'
  | 'other-host'
  | 'other-boot'
  | 'not-yet'
  | 'expired'
  | 'replayed'
  | 'busy'
  | 'not-allowed'
  | 'bad-policy'
  | 'cap-reached'
  | 'no-journal'
  | 'not-possible'
  | 'target-gone'
  | 'target-changed'
  | 'protected'}`;

export function refuse(code: RefusalCode, sentence: string): Extract<Result<never>, { ok: false }> {
  return { ok: false, failure: { code, sentence } };
}
