import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { limits } from '../contract.js';
import { parseCmdline, splitArgs } from './args.js';

describe('splitArgs', () => {
  it('keeps empty arguments', () => {
    expect(splitArgs('a\0\0b\0', false).args).toEqual(['a', '', 'b']);
    expect(splitArgs('\0', false).args).toEqual(['']);
  });

  it('gives no arguments for no command line', () => {
    expect(splitArgs('', false)).toEqual({ args: [], argsCut: false });
  });

  it('keeps the beginning of an argument that was cut', () => {
    expect(splitArgs('sleep\x0010', true)).toEqual({ args: ['sleep', '10'], argsCut: true });
  });

  it('cuts at the number of arguments that the wire allows, and says so', () => {
    const { args, argsCut } = splitArgs('x\0'.repeat(limits.argsCountMax + 1), false);
    expect(args).toHaveLength(limits.argsCountMax);
    expect(argsCut).toBe(true);
  });

  it('restores any list of arguments', () => {
    const argument = fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('\0'));
    fc.assert(
      fc.property(fc.array(argument, { minLength: 1, maxLength: 50 }), (args) => {
        expect(splitArgs(args.map((arg) => `${arg}\0`).join(''), false).args).toEqual(args);
      }),
    );
  });
});

describe('parseCmdline', () => {
  it('drops the tail that a rewritten title leaves', () => {
    expect(parseCmdline('postgres: walwriter \0\0\0\0\0', false).args).toEqual(['postgres: walwriter']);
    expect(parseCmdline('nginx: worker process                  ', false).args).toEqual(['nginx: worker process']);
  });

  it('leaves an ordinary command line alone', () => {
    expect(parseCmdline('sleep\x0010\0', false).args).toEqual(['sleep', '10']);
  });
});
