import { describe, expect, it } from 'vitest';
import { programText } from './startup-code.js';

describe('programText', () => {
  it('is_what_is_executable_of_a_large_file_and_nothing_that_could_have_been_written', () => {
    const maps = [
      '00400000-01c3f000 r--p 00000000 fe:00 1573 /usr/bin/node',
      '01c40000-0443d000 r-xp 01840000 fe:00 1573                               /usr/bin/node',
      '04442000-04445000 rw-p 04041000 fe:00 1573 /usr/bin/node',
      '7f0000000000-7f0000200000 r-xp 00000000 00:00 0 ',
      '7f0000200000-7f0000600000 rwxp 00000000 00:00 0 ',
      '7f0000600000-7f0000900000 r-xp 00000000 00:00 0 [stack]',
      '7f1000000000-7f1000155000 r-xp 00026000 fe:00 99 /usr/lib/x86_64-linux-gnu/libnode.so.108',
      '7f2000000000-7f2000010000 r-xp 00026000 fe:00 98 /usr/lib/x86_64-linux-gnu/libdl.so.2',
      '',
    ].join('\n');
    expect(programText(maps)).toEqual([
      { start: 0x1c40000n, bytes: 0x27fd000n },
      { start: 0x7f1000000000n, bytes: 0x155000n },
    ]);
  });
});
