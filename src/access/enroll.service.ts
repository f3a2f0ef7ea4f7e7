/** Enrolment: a one-use token, made by an admin, becomes a host's own credential. */
import { Injectable } from '@nestjs/common';
import type { EnrollReply, EnrollRequest } from '../contract/index.js';
import { Failure } from '../platform/errors.js';
import { bearerToken, hashToken, newToken, tokenKind } from '../platform/tokens.js';
import { SigningKeyStore } from '../store/signing-key.store.js';
import { TokenStore } from '../store/token.store.js';

const enrollTokenMs = 60 * 60 * 1000;

@Injectable()
export class EnrollService {
  constructor(
    private readonly tokens: TokenStore,
    private readonly keys: SigningKeyStore,
  ) {}

  /** @returns a token that one host can spend within the hour. */
  async createToken(): Promise<{ token: string; expiresAt: Date }> {
    const token = newToken('enroll');
    const expiresAt = new Date(Date.now() + enrollTokenMs);
    await this.tokens.addEnrollToken(hashToken(token), expiresAt);
    return { token, expiresAt };
  }

  /** @throws Failure `access/bad-enroll-token` (401), `access/not-enrolled` (503). */
  async enroll(header: string | undefined, request: EnrollRequest): Promise<EnrollReply> {
    const token = bearerToken(header);
    const credential = newToken('host');
    const spendable = token !== null && tokenKind(token) === 'enroll';
    const hostId = spendable ? await this.spend(token, credential, request) : null;
    if (hostId === null) {
      throw new Failure({
        code: 'access/bad-enroll-token',
        status: 401,
        detail:
          'The enrolment token is unknown, spent or expired. Make a new one: POST /v1/enroll-tokens with an API token.',
      });
    }
    const commandKey = await this.keys.current();
    const pinned = commandKey === null ? {} : { commandKey: commandKey.toString('base64') };
    return { hostId: String(hostId), credential, ...pinned };
  }

  private async spend(token: string, credential: string, { machineId, name }: EnrollRequest): Promise<number | null> {
    try {
      const hashes = { tokenHash: hashToken(token), credentialHash: hashToken(credential) };
      return await this.tokens.enroll({ machineId, name, ...hashes });
    } catch (cause) {
      const detail = 'The host was not enrolled: the database does not answer. Try again; the token is not spent.';
      throw new Failure({ code: 'access/not-enrolled', status: 503, detail, retryAfterSeconds: 1, cause });
    }
  }
}
