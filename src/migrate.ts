/** `node dist/migrate.js [--retry-failed]`: brings the database that DATABASE_URL names to the schema of this code. */
import { readEnv } from './platform/env.js';
import { applyMigrations, MigrationError } from './store/migrate.js';

try {
  const { databaseUrl } = readEnv();
  await applyMigrations(databaseUrl, { log: console.log, retryFailed: process.argv.includes('--retry-failed') });
  // The engine leaves the 10 s timer of its lock behind, and Node would wait for it.
  process.exit(0);
} catch (error) {
  console.error(sentence(error));
  process.exit(1);
}

function sentence(error: unknown): string {
  if (error instanceof MigrationError) return `${error.code}: ${error.message}`;
  return error instanceof Error ? error.message : String(error);
}
