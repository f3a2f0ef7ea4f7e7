/** Tokens and credentials, by their SHA-256 only; enrolment in one transaction. */
import { Inject, Injectable } from '@nestjs/common';
import type { PrismaClient } from '../generated/prisma/client.js';
import { PRISMA } from './store.tokens.js';

export interface Enrollment {
  readonly machineId: string;
  readonly name: string;
  readonly tokenHash: Uint8Array<ArrayBuffer>;
  readonly credentialHash: Uint8Array<ArrayBuffer>;
}

@Injectable()
export class TokenStore {
  constructor(@Inject(PRISMA) private readonly prisma: PrismaClient) {}

  /** The role of a live API token, else null. */
  async roleOf(hash: Uint8Array<ArrayBuffer>): Promise<string | null> {
    const token = await this.prisma.apiToken.findUnique({ where: { hash } });
    return token && token.revokedAt === null ? token.role : null;
  }

  /** The host that a live credential belongs to, else null. */
  async hostOf(hash: Uint8Array<ArrayBuffer>): Promise<number | null> {
    const credential = await this.prisma.hostCredential.findUnique({ where: { hash } });
    return credential && credential.revokedAt === null ? credential.hostId : null;
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
