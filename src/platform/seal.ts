/**
 * A key that API and worker share and the database does not know: what carries its HMAC was written by one of them. Whoever
 * can write rows only can have nothing signed, and nothing in the trail rewritten.
 *
 * In `seal-key` of the state directory, 64 hexadecimal digits, readable by its owner only; made by whichever process comes
 * first. API and worker on different machines need the same file.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { createSecretFile } from './secret-file.js';

export class Seal {
  constructor(private readonly key: Buffer) {}

  /** @throws Error with a sentence when the file holds something else than a key. */
  static open(stateDir: string): Seal {
    const { file, text } = createSecretFile(stateDir, 'seal-key', (random) => random(32).toString('hex'));
    if (!/^[0-9a-f]{64}$/.test(text)) {
      throw new Error(
        `${file} does not hold a key (64 hexadecimal digits). Put the right one back: jobs and trail depend on it.`,
      );
    }
    return new Seal(Buffer.from(text, 'hex'));
  }

  /** @param kind what the parts are, so that a seal of one thing is none of another. */
  of(kind: string, parts: readonly (string | number | Uint8Array | null)[]): Buffer {
    const hex = parts.map((part) => (part instanceof Uint8Array ? { hex: Buffer.from(part).toString('hex') } : part));
    return createHmac('sha256', this.key)
      .update(JSON.stringify([kind, ...hex]))
      .digest();
  }

  fits(seal: Uint8Array, kind: string, parts: Parameters<Seal['of']>[1]): boolean {
    const right = this.of(kind, parts);
    return seal.length === right.length && timingSafeEqual(seal, right);
  }
}
