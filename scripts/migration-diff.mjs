/**
 * `npm run migration:diff -- NAME`    writes prisma/migrations/<time>_NAME/migration.sql: what the migrations lack of
 *                                     prisma/schema.prisma. Read it before you commit it.
 * `npm run migration:diff -- --check` fails when they lack anything (drift).
 *
 * The migrations are applied to a database made for the purpose (on DATABASE_URL's server, or on an embedded Postgres
 * that lives only for this run), which is then compared with the schema file. What Prisma cannot express (functions,
 * triggers, CHECK, partitions, partial indexes) it does not see and leaves alone. What it sees but the schema file cannot
 * say is named where it is made: migration-hand-written.mjs.
 */
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { withoutHandWritten } from './migration-hand-written.mjs';
import { startPostgres } from './postgres.mjs';

const root = join(import.meta.dirname, '..');
const wanted = process.argv[2] ?? '';

// Explicitly: the schema engine leaves a timer of ten seconds behind.
process.exit(await main());

async function main() {
  if (wanted !== '--check' && !/^[a-z][a-z0-9_]*$/.test(wanted)) {
    console.error('Say a name in lower case with underscores: npm run migration:diff -- add_labels (or --check).');
    return 2;
  }
  const sql = await withEmptyDatabase(difference);
  if (wanted === '--check') return report(sql);
  if (sql === '') {
    console.log('prisma/migrations already makes what prisma/schema.prisma says: nothing to write.');
    return 0;
  }
  const directory = join(root, 'prisma/migrations', `${timestamp()}_${wanted}`);
  await mkdir(directory);
  await writeFile(join(directory, 'migration.sql'), sql);
  console.log(`wrote ${directory}/migration.sql`);
  return 0;
}

/** @param {string} sql */
function report(sql) {
  if (sql === '') {
    console.log('prisma/migrations and prisma/schema.prisma agree');
    return 0;
  }
  console.error(`prisma/schema.prisma says more than prisma/migrations makes. Missing:\n\n${sql}`);
  console.error('Run `npm run migration:diff -- NAME` and commit the migration.');
  return 1;
}

/** @param {string} databaseUrl @returns {Promise<string>} SQL, empty when there is no difference */
async function difference(databaseUrl) {
  const { applyMigrations, withSchemaEngine } = await loadStore();
  await applyMigrations(databaseUrl, { log: () => {} });
  const schema = { path: 'schema.prisma', content: await readFile(join(root, 'prisma/schema.prisma'), 'utf8') };
  const { stdout } = await withSchemaEngine(databaseUrl, (engine) =>
    engine.diff({
      from: { tag: 'schemaDatasource', files: [schema], configDir: root },
      to: { tag: 'schemaDatamodel', files: [schema] },
      script: true,
      exitCode: null,
      filters: { externalTables: [], externalEnums: [] },
    }),
  );
  return withoutHandWritten(stdout ?? '', await readMigrationFiles());
}

async function readMigrationFiles() {
  const directory = join(root, 'prisma/migrations');
  const names = await readdir(directory, { recursive: true });
  const files = names.filter((name) => name.endsWith('.sql'));
  return (await Promise.all(files.map((name) => readFile(join(directory, name), 'utf8')))).join('\n');
}

/**
 * The same code that migrates in production, compiled on the spot: a difference must be computable while the rest of
 * src does not compile, which is the usual state in the middle of a schema change.
 * @returns {Promise<typeof import('../src/store/schema-engine.js') & typeof import('../src/store/migrate.js')>}
 */
async function loadStore() {
  const outfile = join(root, 'dist/migration-diff/store.mjs');
  const contents = "export * from './schema-engine.js'; export * from './migrate.js';";
  const stdin = { contents, resolveDir: join(root, 'src/store'), loader: /** @type {const} */ ('ts') };
  await build({ stdin, outfile, bundle: true, packages: 'external', platform: 'node', format: 'esm' });
  return import(pathToFileURL(outfile).href);
}

/** @template T @param {(url: string) => Promise<T>} use @returns {Promise<T>} */
async function withEmptyDatabase(use) {
  const directory = await mkdtemp(join(tmpdir(), 'whodunit-migration-diff-'));
  await chmod(directory, 0o711); // under root, Postgres runs as another user, who has to get in
  const postgres = await startPostgres({ dataDir: directory, log: () => {}, settings: { fsync: 'off' } });
  try {
    return await use(postgres.url);
  } finally {
    await postgres.stop();
    await rm(dirname(postgres.dataDir), { recursive: true, force: true });
    await rm(directory, { recursive: true, force: true });
  }
}

function timestamp() {
  return new Date()
    .toISOString()
    .replaceAll(/[^0-9]/g, '')
    .slice(0, 14);
}
