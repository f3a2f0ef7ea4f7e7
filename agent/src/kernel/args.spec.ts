import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { limits } from '../contract.js';
import { parseCmdline, splitArgs } from './args.js';

describe('splitArgs', () => {
  it('keeps_empty_arguments', () => {
    expect(splitArgs('a\0\0b\0', false).args).toEqual(['a', '', 'b']);
    expect(splitArgs('\0', false).args).toEqual(['']);
  });

  it('gives_no_arguments_for_no_command_line', () => {
    expect(splitArgs('', false)).toEqual({ args: [], argsCut: false });
  });

  it('keeps_the_beginning_of_an_argument_that_was_cut', () => {
    expect(splitArgs('sleep\x0010', true)).toEqual({ args: ['sleep', '10'], argsCut: true });
  });

  it('cuts_at_the_number_of_arguments_that_the_wire_allows_and_says_so', () => {
    const { args, argsCut } = splitArgs('x\0'.repeat(limits.argsCountMax + 1), false);
    expect(args).toHaveLength(limits.argsCountMax);
    expect(argsCut).toBe(true);
  });

  it('restores_any_list_of_arguments', () => {
    const argument = fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('\0'));
    fc.assert(
      fc.property(fc.array(argument, { minLength: 1, maxLength: 50 }), (args) => {
        expect(splitArgs(args.map((arg) => `${arg}\0`).join(''), false).args).toEqual(args);
      }),
    );
  });
});

describe('parseCmdline', () => {
  it('drops_the_tail_that_a_rewritten_title_leaves', () => {
    expect(parseCmdline('postgres: walwriter \0\0\0\0\0', false).args).toEqual(['postgres: walwriter']);
    expect(parseCmdline('nginx: worker process                  ', false).args).toEqual(['nginx: worker process']);
  });

  it('leaves_an_ordinary_command_line_alone', () => {
    expect(parseCmdline('sleep\x0010\0', false).args).toEqual(['sleep', '10']);
  });
});
