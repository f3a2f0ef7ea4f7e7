/** Records of the end of a process with what it used, of core dumps, and what the probe counts. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parsePageBytes } from './auxv.js';
import { decodeFlood, decodeFloodSecond, floodBytes } from './flood.js';
import { capturedRecords } from './record.fixture.js';
import { decodeRecord, readRecordTime, recordBytes } from './record.js';
import { decodeThrottle, decodeThrottleKey, decodeTold, encodeTold, throttleBytes } from './throttle.js';

const fromHex = (hex: string) => new Uint8Array(Buffer.from(hex, 'hex'));

/** Linux 6.18, x86_64, 2026-11-21: sh -c 'ulimit -c 0; cd /usr/share/doc; kill -SEGV $$', its exit and its core record. */
const exit = fromHex(
  '5a3dd9142d0500000300000090000000264eb0142d050000220ea07a2c050000565e0000565e0000e95b00000000000000000000ffffffffffffffff0600000073680000000000000000000000000000000000000000000000000000000000000000000000000000200c00000000000004000000000000000b00000000000000c2dd120000000000b30c000000000000',
);
const core = fromHex(
  '5a3dd9142d05000008000000a6000000264eb0142d050000220ea07a2c050000565e0000565e0000e95b00000000000000000000ffffffffffffffff0600000073680000000000000000000000000000000000000000000000000000000000000000000000000000200c000000000000040000000000000000000000000000000b000000565e0000f8ffffef010000000e00000000000000646f630073686172650075737200',
);

/** The head of that core record, with what record.h lays out behind it. */
function limitRecord(soft: bigint, hard: bigint, cpuTime: bigint): Uint8Array {
  const bytes = new Uint8Array(recordBytes.limit);
  bytes.set(core.subarray(0, recordBytes.head));
  const view = new DataView(bytes.buffer);
  view.setUint32(8, 9, true);
  view.setUint32(12, recordBytes.limit, true);
  view.setInt32(120, 25, true);
  view.setUint32(124, 1, true);
  [soft, hard, cpuTime].forEach((value, index) => view.setBigUint64(128 + 8 * index, value, true));
  return bytes;
}

describe('decodeRecord', () => {
  it('reads_what_a_process_used', () => {
    expect(decodeRecord(exit)).toMatchObject({ kind: 'exit', status: 11, cpuTime: 1_236_418n, peakRssPages: 3_251 });
  });

  it('reads_an_end_whose_probe_did_not_say_what_was_used', () => {
    const older = decodeRecord(exit.subarray(0, recordBytes.exit));
    expect(older).toMatchObject({ kind: 'exit', status: 11 });
    expect(older).not.toHaveProperty('cpuTime');
    expect(older).not.toHaveProperty('peakRssPages');
  });

  it('reads_what_decides_about_a_core_dump', () => {
    const { who: _, ...rest } = decodeRecord(core) as object as Record<string, unknown>;
    expect(rest).toEqual({
      kind: 'core',
      at: 5_691_181_448_538n,
      status: 11,
      limit: 0n,
      ownPid: 24_150,
      mountNamespace: 4_026_531_832,
      dumpable: 1,
      cwd: '/usr/share/doc',
    });
  });

  it('reads_a_limit_that_was_reached', () => {
    const read = (...values: Parameters<typeof limitRecord>) => decodeRecord(limitRecord(...values));
    const head = { kind: 'limit', at: 5_691_181_448_538n, signal: 25, resource: 1 };
    expect(read(4096n, 8192n, 5n)).toMatchObject({ ...head, soft: 4096n, hard: 8192n, cpuTime: 5n });
    const none = { soft: 4096n, hard: undefined, cpuTime: undefined };
    expect(read(4096n, 0xffff_ffff_ffff_ffffn, 0n)).toMatchObject({ ...head, ...none });
  });

  it('refuses_every_truncation_of_a_limit_record', () => {
    const whole = limitRecord(1n, 2n, 3n);
    for (let length = 0; length < whole.byteLength; length += 1) {
      expect(decodeRecord(whole.subarray(0, length))).toBeUndefined();
    }
  });

  it('refuses_every_truncation_of_a_core_record', () => {
    for (let length = 0; length < core.byteLength; length += 1) {
      expect(decodeRecord(core.subarray(0, length))).toBeUndefined();
    }
  });

  it('knows_when_a_record_of_any_layout_was_made', () => {
    expect(readRecordTime(core)).toBe(5_691_181_448_538n);
    expect(readRecordTime(core.subarray(0, 7))).toBeUndefined();
  });
});

describe('decodeFlood', () => {
  const signal = fromHex(capturedRecords.find(({ record }) => record.kind === 'signal')?.hex ?? '');
  const flood = (count: bigint, until: bigint) => {
    const value = new Uint8Array(floodBytes.value);
    new DataView(value.buffer).setBigUint64(0, count, true);
    new DataView(value.buffer).setBigUint64(8, until, true);
    value.set(signal, 16);
    return value;
  };

  it('tells_the_second_of_them_with_their_count', () => {
    const told = decodeFlood(flood(7n, 99n));
    expect(told).toEqual({ ...decodeRecord(signal), address: undefined, count: 7, until: 99n });
  });

  it('tells_a_single_one_as_it_was', () => {
    expect(decodeFlood(flood(1n, 99n))).toEqual(decodeRecord(signal));
  });

  it('tells_nothing_when_only_the_record_was_made', () => {
    expect(decodeFlood(new Uint8Array(floodBytes.value))).toBeUndefined();
  });

  it('never_throws_on_any_bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        decodeFlood(bytes);
        if (bytes.byteLength >= floodBytes.key) decodeFloodSecond(bytes);
      }),
    );
  });
});

describe('the counts of a throttle', () => {
  it('are_read_as_throttle_h_has_them', () => {
    const key = new Uint8Array(throttleBytes.key);
    new BigUint64Array(key.buffer)[0] = 3_104n;
    new Uint32Array(key.buffer)[2] = 4;
    expect(decodeThrottleKey(key)).toEqual({ hierarchy: 4, id: 3_104n });
    const value = new Uint8Array(new BigUint64Array([5n, 6n, 7n, 8n, 9n]).buffer);
    expect(value.byteLength).toBe(throttleBytes.value);
    expect(decodeThrottle(value)).toEqual({ second: 5n, withheld: 7n, first: 8n, last: 9n });
    expect(decodeTold(encodeTold({ withheld: 7n, last: 9n }))).toEqual({ withheld: 7n, last: 9n });
  });
});

describe('parsePageBytes', () => {
  it('finds_the_size_of_a_page_among_the_others', () => {
    const auxv = new Uint8Array(new BigUint64Array([16n, 1n, 6n, 16_384n, 0n, 0n]).buffer);
    expect(parsePageBytes(auxv)).toBe(16_384);
    expect(parsePageBytes(auxv.subarray(0, 20))).toBeUndefined();
  });
});
