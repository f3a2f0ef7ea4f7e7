/**
 * Authentication, before a byte of the body is read. What is not listed as public needs a token, so a new route is
 * closed until somebody opens it.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Authenticator } from '../access/authenticator.js';
import { requireRole, type Principal } from '../platform/principal.js';
import { acknowledgePath } from './acknowledge.js';
import { isGraphiqlPage } from './graphiql.js';

declare module 'fastify' {
  interface FastifyRequest {
    principal?: Principal;
  }
}

/** Hooks without a token: what they are sent carries a signature (src/incident/inbound.controller.ts). */
const signedPaths = ['/v1/hooks/generic', '/v1/hooks/pagerduty'];
/** Acknowledging: what opens it is the link. */
const publicPaths = new Set(['/healthz', '/readyz', '/v1/enroll', '/docs', acknowledgePath, ...signedPaths]);
/** All that the credential of a host opens. */
const hostPaths = new Set(['/v1/batches', '/v1/commands', '/v1/reports', '/v1/answers']);
const publicPrefixes = ['/docs/', '/graphiql/'];

export function authenticateRequests(fastify: FastifyInstance, authenticator: Authenticator): void {
  fastify.addHook('onRequest', async (request) => {
    if (isPublic(request)) return;
    request.principal = await authenticator.authenticate(request.headers.authorization);
    if (!hostPaths.has(pathOf(request))) requireRole(request, 'viewer');
  });
}

function isPublic(request: FastifyRequest): boolean {
  const path = pathOf(request);
  if (publicPaths.has(path)) return true;
  if (publicPrefixes.some((prefix) => path.startsWith(prefix))) return true;
  // The page itself holds nothing; every query that it sends carries a token.
  return isGraphiqlPage(request);
}

function pathOf(request: FastifyRequest): string {
  return request.url.split('?', 1)[0] ?? '/';
}
