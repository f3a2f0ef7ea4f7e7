/** Commands as a signer makes them, for tests. */
import { createHash, generateKeyPairSync, randomUUID, sign, type KeyObject } from 'node:crypto';
import {
  commandPayloadType,
  signedBytes,
  type Command,
  type CommandAction,
  type Envelope,
} from '../../../src/contract/index.js';
import { readCommandKey, type CommandKey } from './envelope.js';

export interface Signer {
  /** The raw public key, base64. */
  readonly publicKey: string;
  readonly key: CommandKey;
  envelope(payload: string | Uint8Array): Envelope;
  seal(command: Command): string;
}

export function createSigner(): Signer {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const raw = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32);
  const base64 = raw.toString('base64');
  const key = readCommandKey(base64);
  if (key === undefined) throw new Error('The key cannot be read.');
  const keyid = createHash('sha256').update(raw).digest('hex').slice(0, 16);
  const envelope = (payload: string | Uint8Array) => envelopeOf(Buffer.from(payload), keyid, privateKey);
  return { publicKey: base64, key, envelope, seal: (command) => JSON.stringify(envelope(JSON.stringify(command))) };
}

function envelopeOf(payload: Buffer, keyid: string, key: KeyObject): Envelope {
  const sig = sign(null, signedBytes(commandPayloadType, payload), key).toString('base64');
  return { payloadType: commandPayloadType, payload: payload.toString('base64'), signatures: [{ keyid, sig }] };
}

export const thisHost = '0123456789abcdef0123456789abcdef';
export const thisBoot = '2f1c9f64-0f0f-4c8e-9d55-6b3a4f3c2b1a';

export function commandFor(action: CommandAction, more: Partial<Command> = {}, nowMs = Date.now()): Command {
  return {
    version: 1,
    id: randomUUID(),
    job: randomUUID(),
    host: thisHost,
    bootId: thisBoot,
    notBefore: new Date(nowMs - 1_000).toISOString(),
    expiresAt: new Date(nowMs + 300_000).toISOString(),
    requestedBy: 'alice',
    approvedBy: ['bob'],
    reason: 'INC-1',
    action,
    ...more,
  };
}
