/** Names of local users, from /etc/passwd, read again when the file changes. */
import { readFileSync, statSync } from 'node:fs';
import { parsePasswd } from '../kernel/passwd.js';
import { agentLimits } from '../limits.js';

export class UserNames {
  readonly #path: string;
  #names: ReadonlyMap<number, string> = new Map();
  #checkedAtMs = -Infinity;
  #version = '';

  constructor(path = '/etc/passwd') {
    this.#path = path;
  }

  nameOf(uid: number): string | undefined {
    const now = performance.now();
    if (now - this.#checkedAtMs >= agentLimits.passwdCheckMs) {
      this.#checkedAtMs = now;
      this.#refresh();
    }
    return this.#names.get(uid);
  }

  #refresh(): void {
    try {
      const { mtimeMs, size, ino } = statSync(this.#path);
      const version = `${mtimeMs} ${size} ${ino}`;
      if (version === this.#version) return;
      this.#names = parsePasswd(readFileSync(this.#path, 'utf8'));
      this.#version = version;
    } catch {
      // Without the file there are numbers and no names.
    }
  }
}
