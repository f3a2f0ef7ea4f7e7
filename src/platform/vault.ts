/**
 * Secrets that have to be used again, so that a digest will not do: stored encrypted, AES-256-GCM, by a key that the database
 * does not hold. Version (1 byte, 1), nonce (12), tag (16), text. What a secret belongs to is authenticated with it, so that
 * one cannot be put in the place of another.
 *
 * The key is in `vault-key` of the state directory, 64 hexadecimal digits, readable by its owner only; made by whichever process
 * comes first. API and worker on different machines need the same file.
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { createSecretFile } from './secret-file.js';

const algorithm = 'aes-256-gcm';
const version = 1;
const nonceBytes = 12;
const tagBytes = 16;
const headBytes = 1 + nonceBytes + tagBytes;

export class Vault {
  constructor(private readonly key: Buffer) {}

  /** @throws Error with a sentence when the file holds something else than a key. */
  static open(stateDir: string): Vault {
    const { file, text } = createSecretFile(stateDir, 'vault-key', (random) => random(32).toString('hex'));
    if (!/^[0-9a-f]{64}$/.test(text)) {
      throw new Error(
        `${file} does not hold a key (64 hexadecimal digits). Put the right one back: receivers and hooks depend on it.`,
      );
    }
    return new Vault(Buffer.from(text, 'hex'));
  }

  /** @param owner what it belongs to, such as `receiver/<id>` */
  seal(owner: string, value: unknown): Buffer {
    const nonce = randomBytes(nonceBytes);
    const cipher = createCipheriv(algorithm, this.key, nonce).setAAD(Buffer.from(owner));
    const text = Buffer.concat([cipher.update(JSON.stringify(value), 'utf8'), cipher.final()]);
    return Buffer.concat([Buffer.from([version]), nonce, cipher.getAuthTag(), text]);
  }

  /** @returns undefined where it is not what was sealed for that owner by this key. */
  open(owner: string, sealed: Uint8Array): unknown {
    const bytes = Buffer.from(sealed);
    if (bytes.length < headBytes || bytes[0] !== version) return undefined;
    const nonce = bytes.subarray(1, 1 + nonceBytes);
    const decipher = createDecipheriv(algorithm, this.key, nonce, { authTagLength: tagBytes });
    decipher.setAAD(Buffer.from(owner)).setAuthTag(bytes.subarray(1 + nonceBytes, headBytes));
    try {
      return JSON.parse(decipher.update(bytes.subarray(headBytes), undefined, 'utf8') + decipher.final('utf8'));
    } catch {
      return undefined;
    }
  }
}
