import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Cursor } from './cursor.js';
import { cutText, decodeCString, decodeUtf8 } from './text.js';

describe('Cursor', () => {
  it('reads_each_width_with_its_sign', () => {
    const bytes = new Uint8Array([1, 2, 3, 0xff, 0xff, 0xff, 0xff, 0xfe, 0xff, 0xff, 0xff, 8, 0, 0, 0, 0, 0, 0, 0x80]);
    const cursor = new Cursor(bytes);
    expect(cursor.u8()).toBe(1);
    expect(cursor.u16le()).toBe(0x0302);
    expect(cursor.u32le()).toBe(0xffff_ffff);
    expect(cursor.i32le()).toBe(-2);
    expect(cursor.u64le()).toBe(0x8000_0000_0000_0008n);
    expect(cursor.remaining).toBe(0);
  });

  it('refuses_to_read_past_the_end', () => {
    const cursor = new Cursor(new Uint8Array(3));
    expect(() => cursor.u32le()).toThrow(RangeError);
    expect(() => cursor.bytes(4)).toThrow(RangeError);
    expect(() => cursor.bytes(-1)).toThrow(RangeError);
    expect(cursor.bytes(3)).toHaveLength(3);
  });

  it('stays_inside_a_view_of_a_larger_buffer', () => {
    const cursor = new Cursor(new Uint8Array([9, 1, 0, 0, 0, 9]).subarray(1, 5));
    expect(cursor.u32le()).toBe(1);
    expect(() => cursor.u8()).toThrow(RangeError);
  });
});

describe('text', () => {
  it('replaces_what_is_not_UTF-8', () => {
    expect(decodeUtf8(new Uint8Array([0x61, 0xff, 0x62]))).toBe('a\ufffdb');
    expect(decodeUtf8(new Uint8Array([0xef, 0xbb, 0xbf, 0x61]))).toBe('\ufeffa');
  });

  it('ends_a_C_string_at_its_NUL_or_at_the_end_of_the_field', () => {
    expect(decodeCString(new Uint8Array([0x61, 0, 0x62]))).toBe('a');
    expect(decodeCString(new Uint8Array([0x61, 0x62]))).toBe('ab');
  });

  it('is_well_formed_whatever_the_bytes_and_wherever_it_is_cut', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), fc.nat(64), (bytes, length) => {
        expect(cutText(decodeUtf8(bytes), length).isWellFormed()).toBe(true);
      }),
    );
    expect(cutText('a😀', 2)).toBe('a\ufffd');
  });
});
