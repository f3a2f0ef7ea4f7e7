/** The connection pool of the paths that bypass Prisma: ingest, history, notifications. */
import postgres, { type Sql, type TransactionSql } from 'postgres';
import { arrayTypes } from './array-types.js';
import { withSafeTransactions } from './transactions.js';

export type Db = Sql<{ bigint: bigint }>;

const statementTimeoutMs = 15_000;
/** Of those that are beside the connections of statements. */
const besideMax = 6;
/** With these a plan that is made once does not depend on what there was when it was made. */
export const byKey = { enable_seqscan: 'off', enable_hashjoin: 'off', enable_mergejoin: 'off' };
/**
 * A parameter that nobody reads: a startup message of more than 1,024 bytes goes out at once. A shorter one waits for a timer that the
 * driver has stopped for good, where a statement was asked of the connection before while that was dying (decision of the driver, 6).
 */
const padding = { 'whodunit.padding': ' '.repeat(1_024) };

/** Connections for questions, and others for those of them that are planned once: `plannedOnce` has these. */
const onceFor = new WeakMap<object, Db>();

/**
 * Transactions have connections of their own, and so has what is planned once: up to six each beside those of statements.
 * @param connectionsMax more would only queue inside Postgres instead of here.
 */
export function connectPostgres(databaseUrl: string, connectionsMax = 10): Db {
  // The list queries carry optional conditions; a generic plan would ignore which of them are there.
  const settings = { plan_cache_mode: 'force_custom_plan' };
  const beside = Math.min(connectionsMax, besideMax);
  const transactions = connect(databaseUrl, beside, settings);
  const db = withSafeTransactions(connect(databaseUrl, connectionsMax, settings), transactions);
  const once = connect(databaseUrl, beside, { plan_cache_mode: 'force_generic_plan', ...byKey });
  onceFor.set(db, once);
  const end = db.end.bind(db);
  return Object.assign(db, {
    end: async (options?: { timeout?: number }) => void (await Promise.all([end(options), once.end(options)])),
  });
}

/**
 * For statements that find rows by keys, or in the order of an index, whichever optional conditions there are: to plan them for every partition
 * takes longer than to run them, and the partition of a key is found when they run. In a transaction, the transaction itself.
 */
export function plannedOnce<T extends object>(db: T): T | Db {
  return onceFor.get(db) ?? db;
}

/**
 * The rest of a transaction is planned once for its connection: statements that find rows by keys take several times as long to plan
 * for every partition as to run. Their parts are joined as they are many: nothing but reading whole tables is forbidden.
 */
export async function planOnceWithin(tx: TransactionSql<{ bigint: bigint }>): Promise<void> {
  await tx`select set_config('plan_cache_mode', 'force_generic_plan', true), set_config('enable_seqscan', 'off', true)`;
}

/**
 * For what is written, of ingest and of jobs, all of it in transactions: connections of their own, so that neither batches nor jobs nor questions wait for the
 * others. Their statements carry many rows in a parameter: a custom plan would read them once more, and takes longer than what it
 * plans. They find rows by their keys, one by one, also while a table is still too small for the planner to see the use of that.
 */
export function connectByKey(databaseUrl: string, connectionsMax: number): Db {
  const transactions = connect(databaseUrl, connectionsMax, { plan_cache_mode: 'force_generic_plan', ...byKey });
  return withSafeTransactions(transactions, transactions);
}

function connect(databaseUrl: string, connectionsMax: number, settings: Readonly<Record<string, string>>): Db {
  return postgres(databaseUrl, {
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
      ...padding,
      ...settings,
    },
    onnotice: () => undefined,
    backoff: backoffSeconds,
  }) as unknown as Db;
}

/** The driver's own goes up to 20 s: so long would nothing be stored after the database is back. */
function backoffSeconds(retries: number): number {
  return Math.min(0.05 * 2 ** retries, 1);
}
