/**
 * DSSE (secure-systems-lab/dsse, protocol.md) with Ed25519: the signature is checked over the exact bytes of the payload, which
 * nobody parses before. Stricter than the specification: base64 in its one canonical form, and a signature counts only under
 * the pinned key's own id; so no bit of an envelope can be changed.
 */
import { createHash, createPublicKey, verify, type KeyObject } from 'node:crypto';
import { limits, signedBytes, type Envelope } from '../contract.js';
import { success, type Result } from '../result.js';
import { refuse } from './refusal.js';

export interface CommandKey {
  readonly id: string;
  readonly key: KeyObject;
}

const payloadType: Envelope['payloadType'] = 'application/vnd.whodunit.command.v1+json';

/** SubjectPublicKeyInfo of an Ed25519 key up to the key itself, RFC 8410. */
const spkiHead = Buffer.from('302a300506032b6570032100', 'hex');

/** Undefined when it is not a raw Ed25519 public key. */
export function readCommandKey(base64: string): CommandKey | undefined {
  const raw = decodeBase64(base64);
  if (raw?.byteLength !== 32) return undefined;
  const key = createPublicKey({ key: Buffer.concat([spkiHead, raw]), format: 'der', type: 'spki' });
  return { id: createHash('sha256').update(raw).digest('hex').slice(0, 16), key };
}

/** The payload, once it is proven to be the signer's. */
export function openEnvelope(text: string, { id, key }: CommandKey): Result<Uint8Array> {
  const envelope = readEnvelope(text);
  if (envelope === undefined) return refuse('command/malformed', 'It is not an envelope of a command.');
  const { payload, signatures } = envelope;
  const signed = signedBytes(payloadType, payload);
  const isSigned = signatures.some(({ keyid, sig }) => keyid === id && verify(null, signed, key, sig));
  return isSigned
    ? success(payload)
    : refuse('command/bad-signature', 'It is not signed with the key that was pinned when this host was enrolled.');
}

interface Opened {
  readonly payload: Uint8Array;
  readonly signatures: readonly { readonly keyid: string; readonly sig: Uint8Array }[];
}

function readEnvelope(text: string): Opened | undefined {
  const envelope = parseJson(text) as Partial<Record<keyof Envelope, unknown>> | null | undefined;
  if (typeof envelope !== 'object' || envelope === null || envelope.payloadType !== payloadType) return undefined;
  const payload = decodeBase64(envelope.payload);
  const list: unknown = envelope.signatures;
  if (payload === undefined || payload.byteLength > limits.commandBytesMax) return undefined;
  if (!Array.isArray(list) || list.length < 1 || list.length > 4) return undefined;
  const signatures = list.flatMap((one: { keyid?: unknown; sig?: unknown } | null) => {
    const sig = decodeBase64(one?.sig);
    return typeof one?.keyid === 'string' && sig !== undefined ? [{ keyid: one.keyid, sig }] : [];
  });
  return signatures.length === list.length ? { payload, signatures } : undefined;
}

function decodeBase64(value: unknown): Uint8Array | undefined {
  if (typeof value !== 'string') return undefined;
  const bytes = Buffer.from(value, 'base64');
  return bytes.toString('base64') === value ? bytes : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
