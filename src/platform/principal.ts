/** Who makes a request, as the edge found out before anything else looked at it. */
import { Failure } from './errors.js';

export type Principal = { readonly kind: 'admin' } | { readonly kind: 'host'; readonly hostId: number };

/** A request after authentication; public routes have no principal. */
export interface WithPrincipal {
  readonly principal?: Principal;
}

/** @throws Failure `access/not-a-host` (403). */
export function requireHost(request: WithPrincipal): Extract<Principal, { kind: 'host' }> {
  if (request.principal?.kind === 'host') return request.principal;
  throw new Failure({
    code: 'access/not-a-host',
    status: 403,
    detail: 'This takes the credential of an enrolled host; an API token does not open it.',
  });
}

/** @throws Failure `access/not-allowed` (403). */
export function requireAdmin(request: WithPrincipal): void {
  if (request.principal?.kind === 'admin') return;
  throw new Failure({
    code: 'access/not-allowed',
    status: 403,
    detail: 'This takes an API token; the credential of a host does not open it.',
  });
}
