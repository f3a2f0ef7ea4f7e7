import { describe, expect, it } from 'vitest';
import { coreClause, coreSentence } from './core-clause.js';
import { coreDump, death } from './example.js';
import type { CoreDumpFacts } from './facts.js';

describe('coreClause', () => {
  it.each<[string, boolean, Partial<CoreDumpFacts> | null]>([
    ['a core was dumped', true, null],
    ['no core was dumped', false, null],
    ['a core was dumped to /cores/core.7 (12 MiB)', true, { path: '/cores/core.7', size: 12 * 2 ** 20 }],
    [
      'a core was dumped to /cores/core.7 (4 KiB, truncated)',
      true,
      { path: '/cores/core.7', size: 4096, truncated: true },
    ],
    ['a core was dumped to "/cores/a b"', false, { path: '/cores/a b' }],
    ['a core was dumped to the handler "/usr/bin/handler %p"', true, { pattern: '|/usr/bin/handler %p' }],
    ['a core was dumped, but the handler of core dumps kept none', true, { obstacle: 'handler' }],
    [
      'no core was dumped: its core file size limit (RLIMIT_CORE) was 0 bytes',
      false,
      { obstacle: 'resource-limit', limit: 0 },
    ],
    ['no core was dumped: kernel.core_pattern ("|") leads to no file', false, { obstacle: 'pattern', pattern: '|' }],
    [
      'no core was dumped: the process was not dumpable (fs.suid_dumpable, PR_SET_DUMPABLE)',
      false,
      { obstacle: 'not-dumpable' },
    ],
    [
      'no core was dumped: the handler of core dumps keeps none that is larger than 2 GiB',
      false,
      { obstacle: 'size-limit', limit: 2 ** 31 },
    ],
  ])('says_%s', (clause, coreDumped, dump) => {
    expect(coreClause(death({ signal: 11, coreDumped, coreDump: dump && coreDump(dump) })).en).toBe(clause);
  });

  it('does_not_take_what_nobody_watched_for_a_core_that_is_not_there', () => {
    expect(coreClause(death({ signal: 11, reconstructed: true })).en).toBe('whether a core was dumped is not known');
  });

  it('is_a_sentence_of_its_own_too', () => {
    expect(coreSentence(death({ signal: 11, coreDumped: true }))).toBe('A core was dumped.');
  });
});

describe('coreClause in Chinese', () => {
  it.each<[string, Partial<CoreDumpFacts>]>([
    ['已生成 core 文件 /cores/core.7（4 KiB，不完整）', { path: '/cores/core.7', size: 4096, truncated: true }],
    ['已生成 core 文件并交给处理程序 "/usr/bin/handler %p"', { pattern: '|/usr/bin/handler %p' }],
    ['已生成 core 文件，但 core 处理程序没有保留文件', { obstacle: 'handler' }],
  ])('says_%s', (clause, dump) => {
    expect(coreClause(death({ signal: 11, coreDumped: true, coreDump: coreDump(dump) })).zh).toBe(clause);
  });

  it.each<[string, Partial<CoreDumpFacts>]>([
    ['没有生成 core 文件：core 文件大小限制（RLIMIT_CORE）为 0 字节', { obstacle: 'resource-limit', limit: 0 }],
    ['没有生成 core 文件：core 文件大小限制（RLIMIT_CORE）过小', { obstacle: 'resource-limit' }],
    ['没有生成 core 文件：kernel.core_pattern（"|"）不指向任何文件', { obstacle: 'pattern', pattern: '|' }],
    ['没有生成 core 文件：core 处理程序不保留大于 2 GiB 的文件', { obstacle: 'size-limit', limit: 2 ** 31 }],
  ])('says_%s', (clause, dump) => {
    expect(coreClause(death({ signal: 11, coreDump: coreDump(dump) })).zh).toBe(clause);
  });
});
