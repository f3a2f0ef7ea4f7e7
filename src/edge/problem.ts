/** Whatever was thrown → RFC 9457 problem details. The one place that turns codes into HTTP. */
import { HttpException } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { STATUS_CODES } from 'node:http';
import type { Problem } from '../contract/index.js';
import { Failure } from '../platform/errors.js';
import type { Logger } from '../platform/logger.js';
import { asTimeout } from '../store/statement-timeout.js';

/** Fastify's own refusals, before any handler of ours ran. */
const fastifyCodes: Readonly<Record<string, { code: string; detail: string }>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: {
    code: 'http/too-large',
    detail: 'The body is too large, on the wire or after decompression. Send less at once.',
  },
  FST_ERR_CTP_INVALID_MEDIA_TYPE: { code: 'http/media-type', detail: 'The body must be application/json.' },
  FST_ERR_CTP_INVALID_JSON_BODY: { code: 'http/not-json', detail: 'The body is not JSON.' },
  FST_ERR_BAD_URL: { code: 'http/bad-url', detail: 'The path is not a valid URL path.' },
  FST_ERR_CTP_EMPTY_JSON_BODY: { code: 'http/not-json', detail: 'The body is empty; it must be JSON.' },
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: { code: 'http/content-length', detail: 'The body is not as long as announced.' },
  FST_CP_ERR_INVALID_CONTENT: {
    code: 'http/not-compressed',
    detail: 'The body is not what its content-encoding says.',
  },
  FST_CP_ERR_INVALID_CONTENT_ENCODING: {
    code: 'http/content-encoding',
    detail: 'Only gzip is taken as content-encoding.',
  },
};

export function toProblem(error: unknown): Problem {
  if (error instanceof Failure) return problem(error.status, error.code, error.message, error.extra);
  const thrown = (error ?? {}) as { code?: string; statusCode?: number };
  const known = fastifyCodes[thrown.code ?? ''];
  if (known) return problem(thrown.statusCode ?? 400, known.code, known.detail);
  if (error instanceof SyntaxError && thrown.statusCode === 400)
    return problem(400, 'http/not-json', 'The body is not JSON.');
  if (error instanceof HttpException && error.getStatus() === 404) {
    return problem(404, 'http/not-found', 'There is nothing at this path. The API is described at /docs.');
  }
  const status = error instanceof HttpException ? error.getStatus() : (thrown.statusCode ?? 500);
  if (status >= 400 && status < 500) return problem(status, 'http/refused', (error as Error).message);
  return problem(500, 'platform/internal', 'Something went wrong here; the log of the API says what.');
}

/** Answers a request with the problem; a bug is logged whole, its text stays here. */
export function sendProblem(thrown: unknown, request: FastifyRequest, reply: FastifyReply, logger: Logger): void {
  const error = asTimeout(thrown) ?? thrown;
  const body = toProblem(error);
  if (!(error instanceof Failure) && body.status >= 500)
    logger.error({ err: error, path: request.url.split('?')[0] }, body.detail);
  if (body.status === 401) void reply.header('www-authenticate', 'Bearer realm="whodunit"');
  if (error instanceof Failure && error.retryAfterSeconds) void reply.header('retry-after', error.retryAfterSeconds);
  void reply.status(body.status).type('application/problem+json').send(JSON.stringify(body));
}

function problem(status: number, code: string, detail: string, extra: object = {}): Problem {
  return { type: 'about:blank', title: STATUS_CODES[status] ?? 'Error', status, code, detail, ...extra };
}
