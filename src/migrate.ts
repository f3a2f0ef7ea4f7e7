/** `node dist/migrate.js [--retry-failed]`: brings the database that DATABASE_URL names to the schema of this code. */
import { readEnv } from './platform/env.js';
import { applyMigrations, MigrationError } from './store/migrate.js';

// Explicitly: the schema engine leaves a timer of ten seconds behind, which would keep the process that long.
process.exit(await migrate());

async function migrate(): Promise<number> {
  try {
    const { databaseUrl } = readEnv();
    await applyMigrations(databaseUrl, { log: console.log, retryFailed: process.argv.includes('--retry-failed') });
    return 0;
  } catch (error) {
    console.error(sentence(error));
    return 1;
  }
}

function sentence(error: unknown): string {
  if (error instanceof MigrationError) return `${error.code}: ${error.message}`;
  return error instanceof Error ? error.message : String(error);
}
