/**
 * Prisma's schema engine as WebAssembly, talking to Postgres through adapter-pg: migrations without a download.
 *
 * `@prisma/schema-engine-wasm` is an internal package of Prisma, pinned exactly. Its entry imports the .wasm file as a
 * module, which Node cannot do yet, so its parts are put together here the way the entry would.
 */
import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils';
import type { MigrationDirectory, MigrationList, SchemaEngine } from '@prisma/schema-engine-wasm';
import pg from 'pg';
import { adapterFactory } from './schema-engine-adapter.js';

export type { DiffTarget, SchemaEngine } from '@prisma/schema-engine-wasm';

const connectTimeoutMs = 10_000;

/** Opens an engine for as long as `use` takes; its connections are closed afterwards, and with them Prisma's own lock. */
export async function withSchemaEngine<T>(databaseUrl: string, use: (engine: SchemaEngine) => Promise<T>): Promise<T> {
  const { SchemaEngine: constructor } = await loadModule();
  const pool = new pg.Pool({ connectionString: databaseUrl, connectionTimeoutMillis: connectTimeoutMs, max: 2 });
  const adapter = bindMigrationAwareSqlAdapterFactory(adapterFactory(pool));
  const ignoreEngineLog = () => undefined;
  try {
    const engine = await constructor.new({ datamodels: undefined }, ignoreEngineLog, adapter);
    try {
      return await use(engine);
    } finally {
      engine.free();
    }
  } finally {
    await pool.end();
  }
}

/** prisma/migrations beside src and dist alike. */
export const migrationsDirectory = fileURLToPath(new URL('../../prisma/migrations', import.meta.url));

export async function readMigrations(baseDir = migrationsDirectory): Promise<MigrationList> {
  const entries = await readdir(baseDir, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return {
    baseDir,
    lockfile: { path: 'migration_lock.toml', content: 'provider = "postgresql"\n' },
    shadowDbInitScript: '',
    migrationDirectories: await Promise.all(names.sort().map((name) => readMigration(baseDir, name))),
  };
}

async function readMigration(baseDir: string, name: string): Promise<MigrationDirectory> {
  const value = await readFile(join(baseDir, name, 'migration.sql'), 'utf8');
  return { path: name, migrationFile: { path: 'migration.sql', content: { tag: 'ok', value } } };
}

type Exports = Record<string, unknown>;
type EngineModule = typeof import('@prisma/schema-engine-wasm') & { __wbg_set_wasm(exports: Exports): void };

/** TypeScript describes it only in its library for browsers, which we do not load. */
declare const WebAssembly: {
  instantiate(binary: Uint8Array, imports: Record<string, object>): Promise<{ instance: { exports: Exports } }>;
};

/**
 * The package keeps its instance in a module variable: a second one would pull the first from under running calls. Once
 * per process therefore, also where this file is loaded twice (vitest does so, once per project).
 */
const loaded = globalThis as { whodunitSchemaEngine?: Promise<EngineModule> };

function loadModule(): Promise<EngineModule> {
  loaded.whodunitSchemaEngine ??= instantiate();
  return loaded.whodunitSchemaEngine;
}

async function instantiate(): Promise<EngineModule> {
  const scriptPath = createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm/schema_engine_bg');
  const glue = (await import('@prisma/schema-engine-wasm/schema_engine_bg' as string)) as EngineModule;
  const binary = await readFile(scriptPath.replace(/\.js$/, '.wasm'));
  const { instance } = await WebAssembly.instantiate(binary, { './schema_engine_bg.js': glue });
  glue.__wbg_set_wasm(instance.exports);
  (instance.exports['__wbindgen_start'] as () => void)();
  return glue;
}
