/** Reads the local policy, anew for each command: what the operator writes holds at once. */
import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { checkTrust } from '../config/file.js';
import { success, type Result } from '../result.js';
import { defaultPolicy, parsePolicy, type Policy } from './policy.js';
import { refuse } from './refusal.js';

/** A file that others than root could have written, or that is wrong, allows nothing. */
export function readPolicy(path: string): Result<Policy> {
  let fd: number;
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return code === 'ENOENT' ? success(defaultPolicy) : refuse('command/bad-policy', `It cannot be read (${message}).`);
  }
  try {
    const { mode, uid, size } = fstatSync(fd);
    const trusted = checkTrust(path, mode, uid, size);
    if (!trusted.ok) return refuse('command/bad-policy', trusted.failure.sentence);
    const parsed = parsePolicy(readFileSync(fd, 'utf8'));
    return parsed.ok ? parsed : refuse('command/bad-policy', `${path} ${parsed.failure.sentence}`);
  } catch (error) {
    return refuse('command/bad-policy', `${path} cannot be read (${String(error)}).`);
  } finally {
    closeSync(fd);
  }
}
