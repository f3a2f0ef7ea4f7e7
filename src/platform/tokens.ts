/**
 * Secrets that callers carry: `wd_<kind>_<43 base64url characters>`, 256 random bits. Only the SHA-256 of one is ever
 * stored; the prefix lets secret scanners and people tell what a leaked one opens.
 */
import { createHash, randomBytes } from 'node:crypto';

/** `admin`: the one in the state directory; `api`: what it made for others. */
export type TokenKind = 'admin' | 'api' | 'enroll' | 'host';

const tokenPattern = /^wd_(admin|api|enroll|host)_[A-Za-z0-9_-]{43}$/;

export function newToken(kind: TokenKind): string {
  return `wd_${kind}_${randomBytes(32).toString('base64url')}`;
}

/** The kind of a well-formed token, else null. */
export function tokenKind(token: string): TokenKind | null {
  return (tokenPattern.exec(token)?.[1] as TokenKind | undefined) ?? null;
}

export function hashToken(token: string): Buffer<ArrayBuffer> {
  return createHash('sha256').update(token).digest() as Buffer<ArrayBuffer>;
}

/** The token of an `Authorization: Bearer …` header, else null. */
export function bearerToken(header: string | undefined): string | null {
  return /^Bearer ([^\s]{1,200})$/i.exec(header ?? '')?.[1] ?? null;
}
