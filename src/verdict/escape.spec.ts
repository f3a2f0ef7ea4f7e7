import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plainOrQuoted, quote } from './escape.js';

describe('quote', () => {
  it.each([
    ['kill -9 1', '"kill -9 1"'],
    ['a"b\\c', '"a\\"b\\\\c"'],
    ['a\n\r\tb\u001b[2J', '"a\\n\\r\\tb\\u{1b}[2J"'],
    ['\u202egnp.exe\u2066\u200b\ufeff', '"\\u{202e}gnp.exe\\u{2066}\\u{200b}\\u{feff}"'],
    ['tag\u{e0041}', '"tag\\u{e0041}"'],
    ['\ud800', '"\\u{d800}"'],
    ['进程 ñ 🦀', '"进程 ñ 🦀"'],
  ])('shows_%j_as_%s', (text, shown) => {
    expect(quote(text)).toBe(shown);
  });

  it('shortens_with_an_ellipsis_and_never_inside_an_escape', () => {
    expect(quote('abcdef', 6)).toBe('"abcdef"');
    expect(quote('abcdef', 5)).toBe('"abcde…"');
    expect(quote('abc\u202e', 5)).toBe('"abc…"');
  });

  it('leaves_no_control_or_bidi_character_and_cannot_be_closed_from_within', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.nat(200), (text, charactersMax) => {
        const shown = quote(text, charactersMax);
        expect(shown).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
        expect(shown.slice(1, -1)).toMatch(/^(?:[^"\\]|\\["\\nrt]|\\u\{[0-9a-f]+\})*$/u);
      }),
    );
  });
});

describe('plainOrQuoted', () => {
  it('leaves_plain_names_bare_and_quotes_the_rest', () => {
    expect(plainOrQuoted('kworker/0:1H')).toBe('kworker/0:1H');
    expect(plainOrQuoted('Web Content')).toBe('"Web Content"');
    expect(plainOrQuoted('kill (pid 1)')).toBe('"kill (pid 1)"');
    expect(plainOrQuoted('')).toBe('""');
    expect(plainOrQuoted('x'.repeat(65))).toBe(`"${'x'.repeat(64)}…"`);
  });
});
