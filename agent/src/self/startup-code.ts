/**
 * Most of Node's program text and constants (the snapshot that it starts from among them) is resident because it was
 * needed once, or lies beside what was: the kernel maps 16 pages for each that is touched. Given back after the start,
 * what goes on being used returns within moments, from the page cache.
 */
import { readFileSync } from 'node:fs';
import type { Libc } from '../source/native.js';

/** Node itself, or its libnode.so; not worth it for others. */
const bytesMin = 1024n * 1024n;

export function dropStartupCode({ dropPages }: Pick<Libc, 'dropPages'>): void {
  for (const { start, bytes } of unwrittenFiles(readFileSync('/proc/self/smaps', 'utf8'))) dropPages(start, bytes);
}

/**
 * Ranges of proc_pid_smaps(5) that cannot be written and are of a file that has all of it. What the dynamic linker wrote
 * before it made a range read-only (RELRO) shows as anonymous memory, or is in swap.
 */
export function unwrittenFiles(smaps: string): readonly { readonly start: bigint; readonly bytes: bigint }[] {
  return smaps.split(/^(?=[0-9a-f]{1,16}-)/m).flatMap((mapping) => {
    const [, from, to] = /^([0-9a-f]{1,16})-([0-9a-f]{1,16}) r-[-x]p [0-9a-f]+ \S+ \d+ +\//.exec(mapping) ?? [];
    const isWritten = !/^Anonymous: +0 kB$/m.test(mapping) || !/^Swap: +0 kB$/m.test(mapping);
    const start = BigInt(`0x${from ?? 0}`);
    const bytes = BigInt(`0x${to ?? 0}`) - start;
    return isWritten || bytes < bytesMin ? [] : [{ start, bytes }];
  });
}
