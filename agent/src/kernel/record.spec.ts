import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { capturedRecords } from './record.fixture.js';
import { decodeRecord, decodeTasks, recordBytes } from './record.js';

const fromHex = (hex: string) => new Uint8Array(Buffer.from(hex, 'hex'));

describe('decodeRecord', () => {
  it.each(capturedRecords)('reads_a_real_record_$name', ({ hex, record }) => {
    expect(decodeRecord(fromHex(hex))).toEqual(record);
  });

  it.each(capturedRecords)('has_the_size_that_the_probe_says_$name', ({ hex, record }) => {
    const bytes = fromHex(hex);
    expect(new DataView(bytes.buffer).getUint32(12, true)).toBe(bytes.byteLength);
    if (record.kind === 'exec' || record.kind === 'cgroup')
      expect(bytes.byteLength).toBeGreaterThan(recordBytes[record.kind]);
    else if (record.kind === 'task' || record.kind === 'fork') expect(bytes.byteLength).toBe(recordBytes.head);
    else expect(bytes.byteLength).toBe(recordBytes[record.kind]);
  });

  it.each(capturedRecords)('refuses_every_truncation_without_throwing_$name', ({ hex }) => {
    const bytes = fromHex(hex);
    for (let length = 0; length < bytes.byteLength; length += 1) {
      expect(decodeRecord(bytes.subarray(0, length))).toBeUndefined();
    }
  });

  it('never_throws_on_any_bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), fc.integer({ min: 0, max: 9 }), (bytes, kind) => {
        if (bytes.byteLength > 8) bytes[8] = kind;
        decodeRecord(bytes);
        decodeTasks(bytes);
      }),
    );
  });

  it('gives_only_text_that_is_well_formed_and_free_of_NUL', () => {
    const exec = fromHex(capturedRecords.find(({ record }) => record.kind === 'exec')?.hex ?? '');
    fc.assert(
      fc.property(fc.uint8Array({ minLength: exec.byteLength, maxLength: exec.byteLength }), (noise) => {
        const bytes = exec.slice();
        bytes.set(noise.subarray(recordBytes.exec), recordBytes.exec);
        const record = decodeRecord(bytes);
        if (record?.kind !== 'exec') throw new Error('not an exec record');
        for (const text of [record.filename, ...record.args]) {
          expect(text.isWellFormed()).toBe(true);
          expect(text).not.toContain('\0');
        }
      }),
    );
  });

  it('skips_a_kind_that_a_newer_probe_invented', () => {
    const bytes = fromHex(capturedRecords[0].hex);
    bytes[8] = 77;
    expect(decodeRecord(bytes)).toBeUndefined();
  });
});

describe('decodeTasks', () => {
  it('reads_records_back_to_back_and_leaves_a_torn_one_out', () => {
    const one = fromHex(capturedRecords[0].hex);
    const bytes = new Uint8Array(one.byteLength * 2 + 50);
    bytes.set(one, 0);
    bytes.set(one, one.byteLength);
    expect(decodeTasks(bytes).map(({ who }) => who.comm)).toEqual(['kthreadd', 'kthreadd']);
  });
});
