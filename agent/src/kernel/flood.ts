/** Decodes the entries of the probe's map `floods`; agent/probe/flood.h specifies them. */
import { Cursor } from '../bytes/cursor.js';
import { decodeRecord, recordBytes, type SignalRecord } from './record.js';

export const floodBytes = { key: 48, value: 16 + recordBytes.signal } as const;

/** The second since boot that the entry counts in. */
export function decodeFloodSecond(key: Uint8Array): bigint {
  return new Cursor(key).u64le();
}

/** Undefined when nothing was counted beyond the signal that went out as a record. */
export function decodeFlood(value: Uint8Array): SignalRecord | undefined {
  if (value.byteLength < floodBytes.value) return undefined;
  const cursor = new Cursor(value);
  const count = Number(cursor.u64le());
  const until = cursor.u64le();
  const record = count === 0 ? undefined : decodeRecord(cursor.bytes(recordBytes.signal));
  if (record?.kind !== 'signal') return undefined;
  return count === 1 ? record : { ...record, address: undefined, count, until };
}
