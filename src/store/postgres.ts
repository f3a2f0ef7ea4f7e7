/** The connection pool of the paths that bypass Prisma: ingest, history, notifications. */
import postgres, { type Sql } from 'postgres';
import { arrayTypes } from './array-types.js';
import { withSafeTransactions } from './transactions.js';

export type Db = Sql<{ bigint: bigint }>;

const statementTimeoutMs = 15_000;
const byKey = { enable_seqscan: 'off', enable_hashjoin: 'off', enable_mergejoin: 'off' };

/** Connections for questions, and others for those of them that are planned once: `plannedOnce` has these. */
const onceFor = new WeakMap<object, Db>();

/** @param connectionsMax more would only queue inside Postgres instead of here. */
export function connectPostgres(databaseUrl: string, connectionsMax = 10): Db {
  // The list queries carry optional conditions; a generic plan would ignore which of them are there.
  const db = connect(databaseUrl, connectionsMax, { plan_cache_mode: 'force_custom_plan' });
  const once = connect(databaseUrl, connectionsMax, { plan_cache_mode: 'force_generic_plan', ...byKey });
  onceFor.set(db, once);
  const end = db.end.bind(db);
  return Object.assign(db, {
    end: async (options?: { timeout?: number }) => {
      await Promise.all([end(options), once.end(options)]);
    },
  });
}

/**
 * For statements that find rows by keys and have no optional conditions: to plan them for every partition takes longer than to run
 * them, and the partition of a key is found when they run. In a transaction, the transaction itself.
 */
export function plannedOnce<T extends object>(db: T): T | Db {
  return onceFor.get(db) ?? db;
}

/**
 * For what is written, of ingest and of jobs: connections of their own, so that neither batches nor jobs nor questions wait for the
 * others. Their statements carry many rows in a parameter: a custom plan would read them once more, and takes longer than what it
 * plans. They find rows by their keys, one by one, also while a table is still too small for the planner to see the use of that.
 */
export function connectByKey(databaseUrl: string, connectionsMax: number): Db {
  return connect(databaseUrl, connectionsMax, { plan_cache_mode: 'force_generic_plan', ...byKey });
}

function connect(databaseUrl: string, connectionsMax: number, settings: Readonly<Record<string, string>>): Db {
  const db = postgres(databaseUrl, {
    max: connectionsMax,
    connect_timeout: 10,
    idle_timeout: 60,
    max_lifetime: 60 * 30,
    types: { bigint: postgres.BigInt, ...arrayTypes },
    fetch_types: false,
    connection: {
      application_name: 'whodunit',
      statement_timeout: statementTimeoutMs,
      idle_in_transaction_session_timeout: 30_000,
      TimeZone: 'UTC',
      ...settings,
    },
    onnotice: () => undefined,
    backoff: backoffSeconds,
  });
  return withSafeTransactions(db as unknown as Db);
}

/** The driver's own goes up to 20 s: so long would nothing be stored after the database is back. */
function backoffSeconds(retries: number): number {
  return Math.min(0.05 * 2 ** retries, 1);
}
