import { readFileSync } from 'node:fs';
import { parsePageBytes } from '../kernel/auxv.js';

export function readPageBytes(): number {
  return parsePageBytes(readFileSync('/proc/self/auxv')) ?? 4096;
}
