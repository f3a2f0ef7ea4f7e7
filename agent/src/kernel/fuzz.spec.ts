/** `npm run fuzz` does the same with a million inputs each. */
import { fileURLToPath } from 'node:url';
import { describe, it } from 'vitest';
import { createRandom } from '../../../test/fuzz/mutate.js';
import { fuzzTargets } from '../../../test/fuzz/targets.js';

const inputs = 5_000;
const seed = 20_261_121;

describe('what the kernel writes, changed at random', () => {
  const targets = fuzzTargets(fileURLToPath(new URL('../../../', import.meta.url)));

  it.each(targets)(
    `breaks no parser: $name`,
    ({ run }) => {
      for (let input = 0; input < inputs; input += 1) run(createRandom(seed + input * 7_919));
    },
    120_000,
  );
});
