import { describe, expect, it } from 'vitest';
import { unwrittenFiles } from './startup-code.js';

const mapping = (head: string, anonymousKib = 0, swapKib = 0) =>
  [
    head,
    'Size:              20480 kB',
    'Rss:                1024 kB',
    `Anonymous:          ${String(anonymousKib).padStart(5)} kB`,
    'LazyFree:               0 kB',
    `Swap:               ${String(swapKib).padStart(5)} kB`,
    'VmFlags: rd mr mw me',
    '',
  ].join('\n');

describe('unwrittenFiles', () => {
  it('are_large_ranges_of_files_that_never_were_written', () => {
    const smaps = [
      mapping('00400000-01c3f000 r--p 00000000 fe:00 1573                               /usr/bin/node'),
      mapping('01c40000-0443d000 r-xp 01840000 fe:00 1573                               /usr/bin/node'),
      mapping('04442000-04645000 rw-p 04041000 fe:00 1573                               /usr/bin/node'),
      mapping('7f0000000000-7f0000200000 r-xp 00000000 00:00 0 '),
      mapping('7f0000200000-7f0000600000 rwxp 00000000 00:00 0 '),
      mapping('7f0000600000-7f0000900000 r-xp 00000000 00:00 0                          [stack]'),
      mapping('7f1000000000-7f1000155000 r-xp 00026000 fe:00 99                         /usr/lib/libnode.so.108'),
      mapping('7f2000000000-7f2000010000 r-xp 00026000 fe:00 98                         /usr/lib/libdl.so.2'),
    ].join('');
    expect(unwrittenFiles(smaps)).toEqual([
      { start: 0x400000n, bytes: 0x183f000n },
      { start: 0x1c40000n, bytes: 0x27fd000n },
      { start: 0x7f1000000000n, bytes: 0x155000n },
    ]);
  });

  it('leaves_what_the_dynamic_linker_wrote_before_it_became_read_only', () => {
    const relro = '7f1000200000-7f1000500000 r--p 01000000 fe:00 99                         /usr/lib/libnode.so.108';
    expect(unwrittenFiles(mapping(relro, 3_072))).toEqual([]);
    expect(unwrittenFiles(mapping(relro, 0, 3_072))).toEqual([]);
    expect(unwrittenFiles('nothing of the kind')).toEqual([]);
  });
});
