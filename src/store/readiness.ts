/** Whether the database is there and has the schema that this code was written for. */
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { Inject, Injectable } from '@nestjs/common';
import type { Db } from './postgres.js';
import { DB } from './store.tokens.js';

const migrationsDirectory = path.resolve(import.meta.dirname, '../../prisma/migrations');

@Injectable()
export class Readiness {
  private readonly expected = readdirSync(migrationsDirectory, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name);

  constructor(@Inject(DB) private readonly db: Db) {}

  /** @returns what is missing, as a sentence; null when nothing is. */
  async missing(): Promise<string | null> {
    try {
      const rows = await this.db<{ name: string }[]>`
        select migration_name as name from _prisma_migrations where finished_at is not null and rolled_back_at is null`;
      const applied = new Set(rows.map((row) => row.name));
      const open = this.expected.filter((name) => !applied.has(name));
      return open.length === 0 ? null : `The database lacks the migration ${open[0]}: run "npm run migrate".`;
    } catch {
      return 'The database does not answer, or has no schema yet: check DATABASE_URL and run "npm run migrate".';
    }
  }
}
