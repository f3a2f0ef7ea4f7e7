/**
 * Keeps the young generation at the size that it has at the start (two halves of 1 MiB). Left to itself V8 lets it grow to
 * 32 MiB, all of it resident, for a collection now and then that is a little cheaper. Set here and not on the command line
 * of whoever starts us; the first import of main.ts, since what has grown stays.
 */
import { setFlagsFromString } from 'node:v8';

setFlagsFromString('--semi-space-growth-factor=1');
