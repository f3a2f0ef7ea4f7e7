/**
 * Where a sensor is pinned, so that it outlives its agent:
 *
 *   /sys/fs/bpf/whodunit-<state>/<object>/ring-v2     the ring buffer; v2 is the layout of agent/probe/record.h
 *                                        /losses-v1   the loss counters
 *                                        /floods-v1, throttles-v1, throttles_told-v1   counts (since 2026-11-21)
 *                                        /on_exec …   one link for each program
 *                                        /list_tasks  an iterator: reading the file lists all processes
 *                                        /list_halted those that are stopped or uninterruptible
 *
 * <state> is 8 hex digits of the SHA-256 of the agent's absolute state directory, <object> 16 of the object's. A
 * sensor is pinned under `making-<object>` and renamed when it is whole.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, renameSync, rmdirSync, unlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { bpffsPath } from './bpffs.js';

export const pinNames = { ring: 'ring-v2', losses: 'losses-v1', tasks: 'list_tasks', halted: 'list_halted' } as const;

/** The hash maps in which the probe counts, and their pins. */
export const countPins = {
  floods: 'floods-v1',
  throttles: 'throttles-v1',
  throttles_told: 'throttles_told-v1',
} as const;

const makingPrefix = 'making-';

export function pinDirectory(stateDir: string): string {
  return join(bpffsPath, `whodunit-${sha256(resolve(stateDir)).slice(0, 8)}`);
}

export function objectDigest(object: Uint8Array): string {
  return sha256(object).slice(0, 16);
}

/** Whole sensors that were left here, by their object's digest. Half-made ones are removed on the way. */
export function pinnedDigests(directory: string): readonly string[] {
  if (!existsSync(directory)) return [];
  const names = readdirSync(directory);
  for (const name of names) if (name.startsWith(makingPrefix)) removeFolder(join(directory, name));
  return names.filter((name) => !name.startsWith(makingPrefix));
}

export interface RingPin {
  readonly path: string;
  /** Of the records in it: the number in the pin's name. */
  readonly layout: number;
}

/** The ring of a sensor, whatever its layout. */
export function findRing(directory: string, digest: string): RingPin | undefined {
  for (const name of readdirSync(join(directory, digest))) {
    const layout = /^ring-v(\d+)$/.exec(name)?.[1];
    if (layout !== undefined) return { path: join(directory, digest, name), layout: Number(layout) };
  }
  return undefined;
}

export function beginPins(directory: string, digest: string): string {
  const folder = join(directory, `${makingPrefix}${digest}`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return folder;
}

export function finishPins(directory: string, digest: string): void {
  renameSync(join(directory, `${makingPrefix}${digest}`), join(directory, digest));
}

export function abandonPins(directory: string, digest: string): void {
  removeFolder(join(directory, `${makingPrefix}${digest}`));
}

export function removePins(directory: string, digest: string): void {
  removeFolder(join(directory, digest));
}

/** Everything that was pinned for one state directory. True when there was something. */
export function removeAllPins(directory: string): boolean {
  if (!existsSync(directory)) return false;
  for (const name of readdirSync(directory)) removeFolder(join(directory, name));
  rmdirSync(directory);
  return true;
}

function removeFolder(folder: string): void {
  for (const name of readdirSync(folder)) unlinkSync(join(folder, name));
  rmdirSync(folder);
}

function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}
