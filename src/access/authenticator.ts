/** Token → principal. What was found is remembered for a few seconds, so that a revocation takes effect within them. */
import { Injectable } from '@nestjs/common';
import { Failure } from '../platform/errors.js';
import { roles, type Principal } from '../platform/principal.js';
import { together } from '../platform/together.js';
import { bearerToken, hashToken, tokenKind, type TokenKind } from '../platform/tokens.js';
import { TokenStore } from '../store/token.store.js';

type Hash = Buffer<ArrayBuffer>;

const rememberMs = 5_000;
const rememberedMax = 20_000;
/** Agents that come at one moment, as they do after a restart, are looked up by one statement. */
const lookedUpTogetherMax = 500;

/** The token in the state directory is stored under the directory's name, which is nobody's. */
export const adminName = 'admin';

@Injectable()
export class Authenticator {
  private readonly remembered = new Map<string, { principal: Principal; until: number }>();

  private readonly hostOf = together((hashes: readonly Hash[]) => this.tokens.hostsOf(hashes), lookedUpTogetherMax);

  constructor(private readonly tokens: TokenStore) {}

  /**
   * @param header the value of an Authorization header
   * @throws Failure `access/unauthenticated` (401), `access/not-checked` (503).
   */
  async authenticate(header: string | undefined): Promise<Principal> {
    const token = bearerToken(header);
    if (token === null) {
      throw unauthenticated(
        'This needs a token: send the header "Authorization: Bearer <token>". The admin token is in the file admin-token of the state directory.',
      );
    }
    const kind = tokenKind(token);
    const hash = hashToken(token);
    const key = hash.toString('base64');
    const known = this.remembered.get(key);
    if (known && known.until > Date.now()) return known.principal;
    this.remembered.delete(key);
    const principal = await this.lookUp(kind, hash);
    if (!principal) throw unauthenticated('The token is not known, or it has been revoked.');
    this.remember(key, principal);
    return principal;
  }

  /** A database that is away makes no token wrong: whoever asks is told to come back, not to enrol again. */
  private async lookUp(kind: TokenKind | null, hash: Hash): Promise<Principal | null> {
    try {
      if (kind === 'host') return await this.host(hash);
      return kind === 'admin' || kind === 'api' ? await this.person(kind, hash) : null;
    } catch (cause) {
      const detail = 'The token could not be checked: the database does not answer. Try again.';
      throw new Failure({ code: 'access/not-checked', status: 503, detail, retryAfterSeconds: 1, cause });
    }
  }

  private async host(hash: Hash): Promise<Principal | null> {
    const hostId = await this.hostOf(hash);
    return hostId === null ? null : { kind: 'host', hostId, credential: hash.toString('base64') };
  }

  private async person(kind: 'admin' | 'api', hash: Hash): Promise<Principal | null> {
    const token = await this.tokens.apiToken(hash);
    const role = roles.find((known) => known === token?.role);
    if (!token || !role) return null;
    return { kind: 'person', name: kind === 'admin' ? adminName : token.name, role };
  }

  private remember(key: string, principal: Principal): void {
    if (this.remembered.size >= rememberedMax) this.remembered.delete(this.remembered.keys().next().value!);
    this.remembered.set(key, { principal, until: Date.now() + rememberMs });
  }
}

function unauthenticated(detail: string): Failure {
  return new Failure({ code: 'access/unauthenticated', status: 401, detail });
}
