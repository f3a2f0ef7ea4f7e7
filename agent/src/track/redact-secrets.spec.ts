/** Planted secrets, many more than the real processes of test/e2e/secrets.e2e.spec.ts; and the work that it takes. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { secretCommands } from '../../../test/support/secret-commands.js';
import { createRedactor } from './redact.js';
import { redactText } from './redact-text.js';
import { secretNames } from './secret-names.js';
import { splitWords } from './shell-words.js';

const redact = createRedactor([]);

describe('redaction', () => {
  it('leaves_no_piece_of_10000_planted_secrets', () => {
    const leaks = secretCommands(20_261_121, 10_000).flatMap(({ form, argv, needles }) => {
      const clean = redact(argv).join('\0');
      return needles.some((needle) => clean.includes(needle)) ? [{ form, argv, clean }] : [];
    });
    const byForm = new Map(leaks.map((leak) => [leak.form, leak]));
    expect([...byForm.values()]).toEqual([]);
  });

  it('takes_a_number_of_steps_that_grows_with_the_length_and_not_faster', () => {
    const piece = fc.constantFrom(
      ...[
        '://',
        '@',
        ':',
        '=',
        ' = ',
        '"',
        "'",
        '\\"',
        '>',
        '<password>',
        '<',
        ';',
        '&',
        ',',
        '-----BEGIN RSA PRIVATE KEY-----',
      ],
      ...[
        'password',
        'password=',
        'token: ',
        'Authorization: ',
        'bearer ',
        'basic ',
        'eyJ',
        'AKIA',
        'sk-',
        'set password ',
        ' by ',
      ],
      ...[
        'identified ',
        'hooks.slack.com/services/',
        '-',
        '.',
        'a',
        ' ',
        '\n',
        '\\',
        '[',
        ']',
        '(',
        '-----END ',
        '|',
        'a://b:c',
      ],
    );
    const text = fc.array(piece, { minLength: 1, maxLength: 8 }).map((pieces) => pieces.join(''));
    fc.assert(
      fc.property(text, (unit) => {
        const short = stepsFor(unit.repeat(Math.ceil(512 / unit.length)));
        const long = stepsFor(unit.repeat(Math.ceil(512 / unit.length) * 8));
        expect(long).toBeLessThan(short * 8 * 1.5);
        expect(short).toBeLessThan(512 * stepsPerCharacterMax);
      }),
      { numRuns: 200 },
    );
  });

  it('splits_any_text_into_parts_that_make_it_again', () => {
    const nasty = fc.array(fc.constantFrom('a', ' ', '\n', '"', "'", '\\', '|', '||', ';', '&', '(', ')', '`'));
    fc.assert(
      fc.property(nasty, (pieces) => {
        const parts = splitWords(pieces.join(''));
        expect(parts.join('')).toBe(pieces.join(''));
        expect(parts.every((part, index) => index % 2 === 0 || /^\s*$/.test(part))).toBe(true);
      }),
    );
  });
});

/** A name's characters, looked at a few times for each sign. */
const stepsPerCharacterMax = 1_500;

/** Every character that the walk looks at, counted: a text that counts stands in its place, also for its slices. */
function stepsFor(text: string): number {
  let steps = 0;
  class CountedText extends String {
    override charAt(index: number): string {
      steps += 1;
      return super.charAt(index);
    }
    override charCodeAt(index: number): number {
      steps += 1;
      return super.charCodeAt(index);
    }
    override slice(start?: number, end?: number): string {
      const part = super.slice(start, end);
      steps += part.length;
      return part;
    }
    override startsWith(wanted: string, position = 0): boolean {
      steps += wanted.length;
      return super.startsWith(wanted, position);
    }
    override indexOf(wanted: string, position = 0): number {
      const found = super.indexOf(wanted, position);
      steps += (found < 0 ? this.length : found) - position;
      return found;
    }
  }
  const counted = new CountedText(text) as unknown as string;
  splitWords(counted);
  redactText(counted, secretNames([]));
  return steps;
}
