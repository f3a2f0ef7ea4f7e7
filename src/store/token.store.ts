/** Tokens and credentials, by their SHA-256 only; enrolment in one transaction. */
import { Inject, Injectable } from '@nestjs/common';
import type { PrismaClient } from '../generated/prisma/client.js';
import type { Db } from './postgres.js';
import { DB, PRISMA } from './store.tokens.js';

export interface Enrollment {
  readonly machineId: string;
  readonly name: string;
  readonly tokenHash: Uint8Array<ArrayBuffer>;
  readonly credentialHash: Uint8Array<ArrayBuffer>;
}

export interface ApiTokenRow {
  readonly name: string;
  readonly role: string;
  readonly hash: Uint8Array<ArrayBuffer>;
}

@Injectable()
export class TokenStore {
  constructor(
    @Inject(PRISMA) private readonly prisma: PrismaClient,
    @Inject(DB) private readonly db: Db,
  ) {}

  /** A live API token, else null. */
  async apiToken(hash: Uint8Array<ArrayBuffer>): Promise<{ name: string; role: string } | null> {
    const [token] = await this.db<{ name: string; role: string }[]>`
      select name, role from api_tokens where hash = ${hash} and revoked_at is null`;
    return token ?? null;
  }

  /** @returns false when a live token of that name is there already. */
  async addApiToken(token: ApiTokenRow): Promise<boolean> {
    return this.prisma.$transaction(async (tx) => {
      // Of one name, one at a time: there is no unique index that forgets revoked ones.
      await tx.$executeRaw`select pg_advisory_xact_lock(hashtext('whodunit api token ' || ${token.name}))`;
      if ((await tx.apiToken.count({ where: { name: token.name, revokedAt: null } })) > 0) return false;
      await tx.apiToken.create({ data: token });
      return true;
    });
  }

  /** @returns whether there was a live one. */
  async revokeApiToken(name: string): Promise<boolean> {
    const where = { name, revokedAt: null };
    return (await this.prisma.apiToken.updateMany({ where, data: { revokedAt: new Date() } })).count > 0;
  }

  /** Of the given digests of credentials, base64, those that are live. */
  async liveCredentials(digests: readonly string[]): Promise<Set<string>> {
    const rows = await this.db<{ digest: string }[]>`
      select encode(hash, 'base64') as digest from host_credentials
      where hash = any (select decode(digest, 'base64') from unnest(${[...digests]}::text[]) as digest) and revoked_at is null`;
    return new Set(rows.map(({ digest }) => digest));
  }

  /** The hosts that credentials belong to, in their order; null: it is not known, or not live. */
  async hostsOf(hashes: readonly Uint8Array<ArrayBuffer>[]): Promise<(number | null)[]> {
    const digests = hashes.map((hash) => Buffer.from(hash).toString('hex'));
    const rows = await this.db<{ digest: string; host_id: number }[]>`
      select encode(hash, 'hex') as digest, host_id from host_credentials
      where hash = any (select decode(digest, 'hex') from unnest(${digests}::text[]) as digest) and revoked_at is null`;
    const found = new Map(rows.map(({ digest, host_id }) => [digest, host_id]));
    return digests.map((digest) => found.get(digest) ?? null);
  }

  /** Makes this the one admin token of the given name: one that was there under the name before is revoked. */
  async putAdminToken(name: string, hash: Uint8Array<ArrayBuffer>): Promise<void> {
    await this.prisma.$transaction([
      this.prisma.apiToken.updateMany({
        where: { name, revokedAt: null, NOT: { hash } },
        data: { revokedAt: new Date() },
      }),
      this.prisma.apiToken.upsert({
        where: { hash },
        create: { name, hash, role: 'admin' },
        update: { revokedAt: null },
      }),
    ]);
  }

  async addEnrollToken(hash: Uint8Array<ArrayBuffer>, expiresAt: Date): Promise<void> {
    await this.prisma.enrollToken.create({ data: { hash, expiresAt } });
  }

  /**
   * Spends a one-use token on a host's new credential; earlier credentials of that machine are revoked.
   * @returns the host's id, or null when the token is unknown, spent or expired.
   */
  async enroll(request: Enrollment): Promise<number | null> {
    return this.prisma.$transaction(async (tx) => {
      const now = new Date();
      const spent = await tx.enrollToken.updateMany({
        where: { hash: request.tokenHash, usedAt: null, expiresAt: { gt: now } },
        data: { usedAt: now },
      });
      if (spent.count !== 1) return null;
      const host = await tx.host.upsert({
        where: { machineId: request.machineId },
        create: { machineId: request.machineId, name: request.name },
        update: { name: request.name },
      });
      await tx.enrollToken.update({ where: { hash: request.tokenHash }, data: { hostId: host.id } });
      await tx.hostCredential.updateMany({ where: { hostId: host.id, revokedAt: null }, data: { revokedAt: now } });
      await tx.hostCredential.create({ data: { hostId: host.id, hash: request.credentialHash } });
      return host.id;
    });
  }
}
