/**
 * The key that commands are signed with: Ed25519, PKCS #8, in `command-key.pem` of the worker's state directory, readable by its
 * owner only. Its public half goes to the database, from where hosts get it when they enrol.
 */
import { createPrivateKey, createPublicKey, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { commandPayloadType, signedBytes, type Command, type Envelope } from '../contract/index.js';
import { createSecretFile } from '../platform/secret-file.js';
import { keyId } from '../store/signing-key.store.js';

/** SubjectPublicKeyInfo of Ed25519 (RFC 8410): twelve bytes, then the key. */
const spkiPrefixBytes = 12;

export class SigningKey {
  /** Raw, 32 bytes. */
  readonly publicKey: Buffer;
  readonly id: string;

  private constructor(private readonly key: KeyObject) {
    const spki = createPublicKey(key).export({ type: 'spki', format: 'der' });
    this.publicKey = spki.subarray(spkiPrefixBytes);
    this.id = keyId(this.publicKey);
  }

  /** @throws Error with a sentence when the file holds something else than such a key. */
  static open(stateDir: string): SigningKey {
    const { file, text } = createSecretFile(stateDir, 'command-key.pem', () => {
      return generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString().trim();
    });
    try {
      const key = createPrivateKey(text);
      if (key.asymmetricKeyType === 'ed25519') return new SigningKey(key);
    } catch {
      // Said below.
    }
    throw new Error(
      `${file} does not hold an Ed25519 private key (PKCS #8, PEM). Put the right one back: hosts trust no other.`,
    );
  }

  envelope(command: Command): Envelope {
    const payload = Buffer.from(JSON.stringify(command), 'utf8');
    const sig = sign(null, signedBytes(commandPayloadType, payload), this.key).toString('base64');
    return {
      payloadType: commandPayloadType,
      payload: payload.toString('base64'),
      signatures: [{ keyid: this.id, sig }],
    };
  }
}
