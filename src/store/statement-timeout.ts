/** A question that Postgres gave up for taking longer than `statement_timeout` (src/store/postgres.ts) → a failure with a code. */
import { Failure } from '../platform/errors.js';

/** `query_canceled`: nobody else cancels statements of ours. */
const queryCanceled = '57014';

/** @returns null: it was something else. */
export function asTimeout(error: unknown): Failure | null {
  if ((error as { code?: unknown } | null | undefined)?.code !== queryCanceled) return null;
  const detail =
    'The answer took longer than 15 s and was given up; nothing was changed. Ask for one host, a shorter time or a smaller page.';
  return new Failure({ code: 'store/statement-timeout', status: 503, detail, retryAfterSeconds: 5, cause: error });
}
