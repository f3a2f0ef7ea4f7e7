/**
 * Brings a database to the schema of this code: applies what is missing of prisma/migrations, in order.
 *
 * Bookkeeping is Prisma's own `_prisma_migrations` table, so `prisma migrate deploy` elsewhere continues where this
 * stopped and the other way round. Several processes may start at once: one applies, the others wait and then find
 * nothing to do. What Postgres does with a migration that fails half-way: its statements are one transaction, so
 * nothing of it stays, but the table remembers the attempt and no later start goes on until a person has decided.
 */
import type { HistoryDiagnostic } from '@prisma/schema-engine-wasm';
import pg from 'pg';
import { readMigrations, withSchemaEngine, type SchemaEngine } from './schema-engine.js';

export type MigrationErrorCode =
  | 'store/database-unreachable'
  | 'store/database-too-old'
  | 'store/database-newer'
  | 'store/migration-edited'
  | 'store/migration-failed';

export class MigrationError extends Error {
  override readonly name = 'MigrationError';

  constructor(
    readonly code: MigrationErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

export interface MigrateOptions {
  readonly log: (line: string) => void;
  /** Another folder than prisma/migrations: for tests. */
  readonly directory?: string;
  /** Forget failed attempts first: for use after the cause was removed. */
  readonly retryFailed?: boolean;
}

const serverVersionMin = 150_000;
const connectTimeoutMs = 10_000;
/** Any number that nobody else uses for an advisory lock in this database ("whod" in ASCII). */
const lockKey = 0x77686f64;
const noFilter = { externalTables: [], externalEnums: [] };

/** @returns the names of the migrations that were applied now. @throws MigrationError */
export async function applyMigrations(databaseUrl: string, options: MigrateOptions): Promise<readonly string[]> {
  const connection = await connect(databaseUrl);
  try {
    await checkServerVersion(connection);
    await connection.query('SELECT pg_advisory_lock($1)', [lockKey]);
    return await withSchemaEngine(databaseUrl, (engine) => applyMissing(engine, options));
  } finally {
    // Ends the session, and with it the lock.
    await connection.end();
  }
}

async function applyMissing(engine: SchemaEngine, options: MigrateOptions): Promise<readonly string[]> {
  const migrationsList = await readMigrations(options.directory);
  const diagnose = () =>
    engine.diagnoseMigrationHistory({ migrationsList, optInToShadowDatabase: false, filters: noFilter });
  let diagnosis = await diagnose();
  if (options.retryFailed) {
    for (const migrationName of diagnosis.failedMigrationNames) await engine.markMigrationRolledBack({ migrationName });
    diagnosis = await diagnose();
  }
  refuseFailed(diagnosis.failedMigrationNames);
  refuseEdited(diagnosis.editedMigrationNames);
  refuseNewer(diagnosis.history);
  const applied = await apply(() => engine.applyMigrations({ migrationsList, filters: noFilter }));
  for (const name of applied) options.log(`migration ${name} applied`);
  if (applied.length === 0) options.log('database schema is up to date');
  return applied;
}

async function apply(run: () => Promise<{ appliedMigrationNames: string[] }>): Promise<readonly string[]> {
  try {
    return (await run()).appliedMigrationNames;
  } catch (error) {
    const { name, reason } = parseEngineError(error instanceof Error ? error.message : String(error));
    throw new MigrationError(
      'store/migration-failed',
      `Migration ${name} failed: ${reason}. Remove the cause, then run \`node dist/migrate.js --retry-failed\`.`,
      { cause: error },
    );
  }
}

/** The engine reports what Postgres said between a line of its own and a trace of its calls that names the migration. */
function parseEngineError(text: string): { name: string; reason: string } {
  const name = /migration_name="([^"]+)"/.exec(text)?.[1] ?? '(unknown)';
  const said = text.replace(/^external connector error\n/, '').split(/\n\s+0: /, 1)[0] ?? text;
  return { name, reason: said.trim().replace(/\.$/, '') };
}

function refuseFailed(names: readonly string[]): void {
  if (names.length === 0) return;
  throw new MigrationError(
    'store/migration-failed',
    `An earlier attempt at migration ${names.join(', ')} failed. ` +
      'Remove the cause, then run `node dist/migrate.js --retry-failed`.',
  );
}

function refuseEdited(names: readonly string[]): void {
  if (names.length === 0) return;
  throw new MigrationError(
    'store/migration-edited',
    `Migration ${names.join(', ')} was changed after this database had applied it. ` +
      'Put the file back as it was and make the change in a new migration (`npm run migration:diff -- NAME`).',
  );
}

function refuseNewer(history: HistoryDiagnostic | null): void {
  if (history === null || history.diagnostic === 'databaseIsBehind') return;
  throw new MigrationError(
    'store/database-newer',
    `The database has migration ${history.unpersistedMigrationNames.join(', ')}, which this version does not know: ` +
      'it was used by a newer version. Start that version, or restore a backup from before its upgrade.',
  );
}

async function connect(connectionString: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: connectTimeoutMs });
  try {
    await client.connect();
    return client;
  } catch (error) {
    const reason = error instanceof Error ? error.message || error.name : String(error);
    throw new MigrationError(
      'store/database-unreachable',
      `Cannot connect to the database: ${reason}. Check DATABASE_URL and that Postgres is running.`,
      { cause: error },
    );
  }
}

async function checkServerVersion(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ number: string; text: string }>(
    "SELECT current_setting('server_version_num') AS number, current_setting('server_version') AS text",
  );
  const row = rows[0];
  if (row === undefined || Number(row.number) >= serverVersionMin) return;
  throw new MigrationError(
    'store/database-too-old',
    `Postgres ${row.text} is too old: Whodunit needs 15 or newer. Upgrade the server DATABASE_URL points to.`,
  );
}
