/** The configuration of a receiver, between its row and its kind. */
import type { Vault } from '../platform/vault.js';
import type { ReceiverConfig } from './receivers/index.js';

export function sealReceiver(vault: Vault, id: string, config: ReceiverConfig): Buffer {
  return vault.seal(`receiver/${id}`, config);
}

/** Null where it was not sealed by this key for this receiver. */
export function openReceiver(vault: Vault, { id, sealed }: { id: string; sealed: Uint8Array }): ReceiverConfig | null {
  return (vault.open(`receiver/${id}`, sealed) as ReceiverConfig | undefined) ?? null;
}
