import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nameAt, nameBytes } from './names.js';
import { decodeCString } from './text.js';

const name = fc.uint8Array({ minLength: nameBytes, maxLength: nameBytes });

describe('nameAt', () => {
  it('is_what_the_bytes_say_whatever_was_met_before', () => {
    // More names than there are places for.
    fc.assert(
      fc.property(fc.array(name, { minLength: 600, maxLength: 800 }), (names) => {
        const all = Buffer.concat([...names, ...names]);
        const view = new DataView(all.buffer, all.byteOffset, all.length);
        for (const [index, bytes] of [...names, ...names].entries())
          expect(nameAt(new DataView(view.buffer), view.byteOffset + index * nameBytes)).toBe(decodeCString(bytes));
      }),
      { numRuns: 20 },
    );
  });

  it('tells_names_apart_that_differ_in_any_byte', () => {
    const base = Buffer.from('spawn-and-kill\0\0');
    for (let index = 0; index < 14; index += 1) {
      const other = Buffer.from(base);
      other[index]! ^= 1;
      for (const bytes of [base, other, base])
        expect(nameAt(new DataView(bytes.buffer), bytes.byteOffset)).toBe(decodeCString(bytes));
    }
  });
});
