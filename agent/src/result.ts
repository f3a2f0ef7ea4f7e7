/** Expected failures are values: a code for programs (`area/what`) and a sentence that tells people what to do. */
export interface Failure {
  readonly code: string;
  readonly sentence: string;
}

export type Result<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly failure: Failure };

export function success<T>(value: T): Result<T> {
  return { ok: true, value };
}

export function failure(code: string, sentence: string): { readonly ok: false; readonly failure: Failure } {
  return { ok: false, failure: { code, sentence } };
}
