/** adapter-pg with two of its functions replaced, so that the schema engine gets on with it. */
import { PrismaPg } from '@prisma/adapter-pg';
import {
  ColumnTypeEnum,
  DriverAdapterError,
  type SqlDriverAdapter,
  type SqlMigrationAwareDriverAdapterFactory,
  type SqlQuery,
  type SqlResultSet,
} from '@prisma/driver-adapter-utils';
import pg from 'pg';

export function adapterFactory(pool: pg.Pool): SqlMigrationAwareDriverAdapterFactory {
  const theirs = new PrismaPg(pool);
  const connect = async (): Promise<SqlDriverAdapter> => {
    const adapter = await theirs.connect();
    adapter.executeScript = (script) => executeWhole(pool, script);
    adapter.queryRaw = queryCatalog(adapter as unknown as AdapterInternals);
    return adapter;
  };
  // Theirs makes the shadow database, then connects to the one that the connection string names: the real one.
  const connectToShadowDb = () => Promise.reject(new Error('there is no shadow database'));
  return { provider: theirs.provider, adapterName: theirs.adapterName, connect, connectToShadowDb };
}

/**
 * Theirs cuts a script at every semicolon, also inside function bodies, strings and comments, and runs the pieces one
 * by one. As a single simple query Postgres does the cutting and runs all of it in one transaction.
 */
async function executeWhole(pool: pg.Pool, script: string): Promise<void> {
  try {
    await pool.query(script);
  } catch (error) {
    if (!(error instanceof pg.DatabaseError)) throw error;
    const { code = 'XX000', severity = 'ERROR', message, detail, column, hint } = error;
    throw new DriverAdapterError({ kind: 'postgres', code, severity, message, detail, column, hint });
  }
}

interface AdapterInternals {
  performIO(query: SqlQuery): Promise<{ fields: { dataTypeID: number }[] }>;
  queryRaw(query: SqlQuery): Promise<SqlResultSet>;
}

/** Postgres' internal type "char": the one-letter codes of its catalogs. */
const internalCharOid = 18;

/**
 * Theirs has no name for the type "char" and refuses the answer, while the engine reads it from the catalogs and wants
 * it as a character: theirs is shown a text column, whose label is then corrected.
 */
function queryCatalog(adapter: AdapterInternals): (query: SqlQuery) => Promise<SqlResultSet> {
  const theirQueryRaw = adapter.queryRaw;
  return async (query) => {
    const characters = new Set<number>();
    const performIO = async (asked: SqlQuery) => {
      const answer = await adapter.performIO(asked);
      answer.fields.forEach((field, index) => {
        if (field.dataTypeID !== internalCharOid) return;
        field.dataTypeID = pg.types.builtins.TEXT;
        characters.add(index);
      });
      return answer;
    };
    const result = await theirQueryRaw.call(Object.create(adapter, { performIO: { value: performIO } }), query);
    const columnTypes = result.columnTypes.map((type, index) =>
      characters.has(index) ? ColumnTypeEnum.Character : type,
    );
    return { ...result, columnTypes };
  };
}
