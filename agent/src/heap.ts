/**
 * Keeps the heap small. Set here and not on the command line of whoever starts us; the first import of main.ts, since
 * what has grown stays.
 *
 * - The young generation stays at the size that it has at the start (two halves of 1 MiB). Left to itself V8 lets it grow
 *   to 32 MiB, all of it resident, for a collection now and then that is a little cheaper.
 * - The old one is collected whenever it has grown by 30 percent, and not first by several times its size.
 * - A young generation this small is collected by the main thread alone: helpers cost more to wake up than they do.
 */
import { setFlagsFromString } from 'node:v8';

setFlagsFromString('--semi-space-growth-factor=1');
setFlagsFromString('--heap-growing-percent=30');
setFlagsFromString('--no-parallel-scavenge');
