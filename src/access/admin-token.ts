/** The admin token in the state directory: made at first start, kept afterwards, readable by its owner only. */
import { chmod, mkdir, open, readFile } from 'node:fs/promises';
import path from 'node:path';
import { Inject, Injectable } from '@nestjs/common';
import type { Env } from '../platform/env.js';
import { ENV } from '../platform/platform.tokens.js';
import { hashToken, newToken, tokenKind } from '../platform/tokens.js';
import { TokenStore } from '../store/token.store.js';

@Injectable()
export class AdminToken {
  constructor(
    @Inject(ENV) private readonly env: Env,
    private readonly tokens: TokenStore,
  ) {}

  /** @throws Error with a sentence when the file holds something else than an admin token. */
  async install(): Promise<void> {
    await mkdir(this.env.stateDir, { recursive: true, mode: 0o700 });
    const file = path.join(this.env.stateDir, 'admin-token');
    const token = (await existing(file)) ?? (await create(file));
    if (tokenKind(token) !== 'admin')
      throw new Error(`${file} does not hold an admin token. Remove the file and start again: a new one is made.`);
    await chmod(file, 0o600);
    await this.tokens.putAdminToken(`state directory ${this.env.stateDir}`, hashToken(token));
  }
}

async function existing(file: string): Promise<string | null> {
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

async function create(file: string): Promise<string> {
  const token = newToken('admin');
  const handle = await open(file, 'wx', 0o600);
  try {
    await handle.writeFile(`${token}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  return token;
}
