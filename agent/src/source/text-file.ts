/** A file that the operator named. */
import { readFileSync } from 'node:fs';
import { failure, success, type Result } from '../result.js';

export function readTextFile(path: string, option: string): Result<string> {
  try {
    return success(readFileSync(path, 'utf8'));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return failure('config/unreadable', `${option} ${path} cannot be read (${reason}).`);
  }
}
