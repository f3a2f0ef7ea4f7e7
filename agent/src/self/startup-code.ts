/**
 * Most of Node's program text that is resident is there because it was needed once, or lies beside what was: the kernel
 * maps 16 pages for each that is touched. Given back after the start, what goes on being used returns within moments, from
 * the page cache.
 */
import { readFileSync } from 'node:fs';
import type { Libc } from '../source/native.js';

/** Node itself, or its libnode.so; not worth it for others. */
const bytesMin = 1024n * 1024n;

export function dropStartupCode({ dropPages }: Pick<Libc, 'dropPages'>): void {
  for (const { start, bytes } of programText(readFileSync('/proc/self/maps', 'utf8'))) dropPages(start, bytes);
}

/** Ranges of proc_pid_maps(5) that are of a file, executable and never written, so that the file has all of it. */
export function programText(maps: string): readonly { readonly start: bigint; readonly bytes: bigint }[] {
  return maps.split('\n').flatMap((line) => {
    const [, from, to] = /^([0-9a-f]{1,16})-([0-9a-f]{1,16}) r-xp [0-9a-f]+ \S+ \d+ +\//.exec(line) ?? [];
    const start = BigInt(`0x${from ?? 0}`);
    const bytes = BigInt(`0x${to ?? 0}`) - start;
    return bytes < bytesMin ? [] : [{ start, bytes }];
  });
}
