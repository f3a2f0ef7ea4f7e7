/**
 * The link of a message by which its incident is acknowledged. Whoever has it can do that and nothing else. Pure but for the key.
 *
 * `PUBLIC_URL/acknowledge?link=` and base64url of 68 bytes: the incident (16), the receiver that the message was for (16), when the
 * link ends (u32, big-endian, seconds since 1970), and the seal over these (32). Sent again, a message has the same link.
 */
import type { Seal } from '../platform/seal.js';

/** From the notice on: longer than a message is tried for. */
const lastsMs = 7 * 86_400_000;
const uuidBytes = 16;
const endAt = 2 * uuidBytes;
const sealAt = endAt + 4;
const sealKind = 'acknowledge-link';

export interface AcknowledgeLink {
  /** UUID. */
  readonly incident: string;
  /** UUID. */
  readonly receiver: string;
  readonly endsAt: Date;
}

/** @param at when the notice was made */
export function acknowledgeUrl(
  seal: Seal,
  publicUrl: string,
  { incident, receiver, at }: { readonly incident: string; readonly receiver: string; readonly at: Date },
): string {
  const end = Buffer.alloc(4);
  end.writeUInt32BE(Math.floor((at.getTime() + lastsMs) / 1_000));
  const said = Buffer.concat([uuidToBytes(incident), uuidToBytes(receiver), end]);
  const link = Buffer.concat([said, seal.of(sealKind, [said])]);
  return `${publicUrl}/acknowledge?link=${link.toString('base64url')}`;
}

/** @returns null where it was not made here; whether it has ended, the caller looks. */
export function readLink(seal: Seal, text: string): AcknowledgeLink | null {
  if (!/^[A-Za-z0-9_-]{91}$/.test(text)) return null;
  const bytes = Buffer.from(text, 'base64url');
  const said = bytes.subarray(0, sealAt);
  if (!seal.fits(bytes.subarray(sealAt), sealKind, [said])) return null;
  return {
    incident: bytesToUuid(said.subarray(0, uuidBytes)),
    receiver: bytesToUuid(said.subarray(uuidBytes, endAt)),
    endsAt: new Date(said.readUInt32BE(endAt) * 1_000),
  };
}

function uuidToBytes(uuid: string): Buffer {
  return Buffer.from(uuid.replaceAll('-', ''), 'hex');
}

function bytesToUuid(bytes: Buffer): string {
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
