/** The connection pool of the paths that bypass Prisma: ingest, history, notifications. */
import postgres, { type Sql } from 'postgres';

export type Db = Sql<{ bigint: bigint }>;

const statementTimeoutMs = 15_000;

/** @param connectionsMax more would only queue inside Postgres instead of here. */
export function connectPostgres(databaseUrl: string, connectionsMax = 10): Db {
  return postgres(databaseUrl, {
    max: connectionsMax,
    connect_timeout: 10,
    idle_timeout: 60,
    max_lifetime: 60 * 30,
    types: { bigint: postgres.BigInt },
    connection: {
      application_name: 'whodunit',
      statement_timeout: statementTimeoutMs,
      idle_in_transaction_session_timeout: 30_000,
      TimeZone: 'UTC',
      // The list queries carry optional conditions; a generic plan would ignore which of them are there.
      plan_cache_mode: 'force_custom_plan',
    },
    onnotice: () => undefined,
  });
}
