import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readPage } from './page.js';
import { capturedLayout } from './trace.fixture.js';
import { fuzzTrace } from './trace.fuzz.js';

/** Mulberry32: a run can be repeated from its number. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

it('decodes_damaged_pages_and_formats_without_an_exception_and_within_bounds', () => {
  for (let seed = 0; seed < 1_000; seed += 1) expect(() => fuzzTrace(randomOf(seed)), `seed ${seed}`).not.toThrow();
});

it('takes_any_bytes_for_a_page', () => {
  const layout = capturedLayout();
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 512 }), (bytes) => {
      expect(readPage(bytes, layout).events.length).toBeLessThanOrEqual(bytes.byteLength / 8);
    }),
    { numRuns: 300 },
  );
});
