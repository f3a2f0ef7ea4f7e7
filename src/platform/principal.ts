/** Who makes a request, as the edge found out before anything else looked at it. */
import { Failure } from './errors.js';

/** What an API token opens, each all of what the ones before it do. */
export const roles = ['viewer', 'operator', 'approver', 'admin'] as const;
export type Role = (typeof roles)[number];

/** Somebody with an API token. The name stands in the trail: two live tokens never share one. */
export interface Person {
  readonly kind: 'person';
  readonly name: string;
  readonly role: Role;
}

export type Principal = Person | { readonly kind: 'host'; readonly hostId: number; readonly credential: string };

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

/** @throws Failure `access/not-allowed` (403): a host's credential, or a token whose role is less than that. */
export function requireRole({ principal }: WithPrincipal, role: Role): Person {
  if (principal?.kind !== 'person') {
    const detail = 'This takes an API token; the credential of a host does not open it.';
    throw new Failure({ code: 'access/not-allowed', status: 403, detail });
  }
  if (hasRole(principal, role)) return principal;
  const detail = `This takes the role ${role}; the token ${JSON.stringify(principal.name)} has the role ${principal.role}.`;
  throw new Failure({ code: 'access/not-allowed', status: 403, detail });
}

export function hasRole(person: Pick<Person, 'role'>, role: Role): boolean {
  return roles.indexOf(person.role) >= roles.indexOf(role);
}
