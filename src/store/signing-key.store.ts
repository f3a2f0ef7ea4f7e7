/**
 * Public halves of the keys that commands are signed with. Sealed: whoever can write rows only must not be able to give a host
 * that enrols another key to trust.
 */
import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { Seal } from '../platform/seal.js';
import type { Db } from './postgres.js';
import { DB } from './store.tokens.js';

interface SigningKeyRow {
  readonly id: string;
  readonly public_key: Buffer;
  readonly seal: Buffer;
}

@Injectable()
export class SigningKeyStore {
  constructor(
    @Inject(DB) private readonly db: Db,
    private readonly seal: Seal,
  ) {}

  /** Makes this the key in use. @param publicKey raw, 32 bytes */
  async put(publicKey: Buffer): Promise<void> {
    const id = keyId(publicKey);
    const seal = this.seal.of('signing-key', [publicKey]);
    await this
      .db`insert into signing_keys (id, public_key, created_at, seal) values (${id}, ${publicKey}, now(), ${seal})
      on conflict (id) do update set public_key = excluded.public_key, seal = excluded.seal, created_at = case
        when signing_keys.created_at = (select max(created_at) from signing_keys) then signing_keys.created_at else now() end`;
  }

  /** The key in use, raw; null before a worker has ever run, or where the row was not written by one. */
  async current(): Promise<Buffer | null> {
    const rows = await this.db<SigningKeyRow[]>`select id, public_key, seal from signing_keys order by created_at desc`;
    const sealed = rows.find(({ public_key, seal }) => this.seal.fits(seal, 'signing-key', [public_key]));
    return sealed?.public_key ?? null;
  }
}

/** The hint by which an envelope names its key: first 16 hexadecimal digits of the SHA-256 of the raw key. */
export function keyId(publicKey: Uint8Array): string {
  return createHash('sha256').update(publicKey).digest('hex').slice(0, 16);
}
