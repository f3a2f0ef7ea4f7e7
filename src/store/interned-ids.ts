/**
 * Names of images and contexts: they follow from what these say and from the salt of the database (history_state), so that those who
 * choose command lines cannot choose names. The functions image_id and context_of of the migration say the same in SQL; a test holds
 * them together. Pure.
 */
import { hash } from 'node:crypto';
import type { DescribedRow } from './batch.rows.js';

/** In the order of context_of(). */
export const contextColumns = [
  ...(['origin', 'kernel_thread', 'uid', 'user_name', 'login_uid', 'login_name', 'login_session'] as const),
  ...(['tty', 'cgroup', 'unit', 'container_id', 'container_runtime', 'container_pod', 'login_source'] as const),
] satisfies (keyof DescribedRow)[];

/** The upper 40 bits say the command (exe, args), the lower 24 the whole. @returns a 64-bit number, signed */
export function imageId(salt: string, { comm, exe, args, args_cut: cut }: DescribedRow): string {
  const command = measured(exe) + args.map(measured).join('');
  const [upper, lower] = [md5(salt + command).slice(0, 10), md5(salt + measured(comm) + cut + command).slice(0, 6)];
  return signed(upper + lower);
}

export function contextId(salt: string, row: DescribedRow): string {
  return signed(md5(salt + contextColumns.map((column) => measured(row[column])).join('')).slice(0, 16));
}

/** A text with its length in bytes before it: nothing in one can be taken for the beginning of the next. */
function measured(value: string | number | boolean | undefined): string {
  if (value === undefined) return '-';
  const text = String(value);
  return `${Buffer.byteLength(text)}:${text}`;
}

function md5(text: string): string {
  return hash('md5', text, 'hex');
}

function signed(hex: string): string {
  return String(BigInt.asIntN(64, BigInt(`0x${hex}`)));
}
