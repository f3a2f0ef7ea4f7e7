/**
 * Expected failures that reach a caller. Codes read `area/what` and never change their meaning; the detail is a
 * sentence that says what is wrong and what to do. One place turns them into HTTP (`src/edge/problem.ts`) and one into
 * GraphQL errors (`src/edge/graphql-errors.ts`). Everything else that is thrown is a bug and is reported as
 * `platform/internal` without its text.
 */
export interface FailureOptions {
  readonly code: `${string}/${string}`;
  /** HTTP status. */
  readonly status: number;
  readonly detail: string;
  /** More members of the problem, such as `committed`. */
  readonly extra?: Readonly<Record<string, unknown>>;
  /** Seconds after which it makes sense to try again. */
  readonly retryAfterSeconds?: number;
  /** For the log. */
  readonly cause?: unknown;
}

export class Failure extends Error {
  readonly code: string;
  readonly status: number;
  readonly extra: Readonly<Record<string, unknown>>;
  readonly retryAfterSeconds: number | undefined;

  constructor(options: FailureOptions) {
    super(options.detail, { cause: options.cause });
    this.name = 'Failure';
    this.code = options.code;
    this.status = options.status;
    this.extra = options.extra ?? {};
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}
