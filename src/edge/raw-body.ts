/** Signatures of hooks are over the bytes as they came: those are kept beside what they say. */
import type { FastifyInstance } from 'fastify';

declare module 'fastify' {
  interface FastifyRequest {
    rawBody?: Buffer;
  }
}

const signedPrefix = '/v1/hooks/';

export function keepRawBodies(fastify: FastifyInstance): void {
  const parse = fastify.getDefaultJsonParser('error', 'error');
  fastify.removeContentTypeParser('application/json');
  fastify.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    const bytes = body as Buffer;
    if (request.url.startsWith(signedPrefix)) request.rawBody = bytes;
    void parse(request, bytes.toString('utf8'), done);
  });
}
