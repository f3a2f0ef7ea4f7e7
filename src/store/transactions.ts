/**
 * Transactions that end with their connection, and nothing else does, and that have it to themselves. postgres.js 3.4.9 leaves three
 * doors open (docs/decisions/2026-11-21-postgres-driver.md): when a backend dies it sends its own ROLLBACK into a socket that is gone, which
 * ends the process; and what the work of a transaction still says after that runs wherever the connection is by then: on its
 * own, or within the transaction of somebody else. And where BEGIN is the last statement that a connection takes ahead, it stays one
 * for everybody's statements: those are then said in a transaction that nobody commits.
 *
 * So: from the moment that a connection is lost or a transaction is over, none of its statements is sent any more (they are
 * rejected), and the driver is never told that the work has ended, so that it has nothing to roll back. And transactions go by a client
 * that has no other statements: BEGIN is the only thing that its connections are ever asked out of turn.
 */
import type { TransactionSql } from 'postgres';
import type { Db } from './postgres.js';

type Tx = TransactionSql<{ bigint: bigint }>;
type Work = (tx: Tx) => Promise<unknown>;
type Begin = (work: Work) => Promise<unknown>;

/** A statement before it is sent, as the driver sees it. */
interface Query {
  handler: (query: Query) => void;
  reject: (error: unknown) => void;
}

/** @returns `statements`, with `begin` as said above; `transactions` are begun by nobody else, and end with it. */
export function withSafeTransactions(statements: Db, transactions: Db): Db {
  const begin = transactions.begin.bind(transactions) as unknown as Begin;
  const ends = [...new Set([statements, transactions])].map((client) => client.end.bind(client));
  return Object.assign(statements, {
    begin: (work: Work) => transact(begin, work),
    end: async (options?: { timeout?: number }) => void (await Promise.all(ends.map((end) => end(options)))),
  });
}

/** Once more when not even its BEGIN was answered: then nothing was done, and the next connection is a new one. */
async function transact(begin: Begin, work: Work): Promise<unknown> {
  let isBegun = false;
  const watched: Work = (tx) => {
    isBegun = true;
    return work(tx);
  };
  try {
    return await transactOnce(begin, watched);
  } catch (error) {
    if (isBegun || !isLoss(error)) throw error;
    return transactOnce(begin, work);
  }
}

function transactOnce(begin: Begin, work: Work): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const state = new State(reject);
    const never = new Promise<never>(() => undefined);
    begin(async (tx) => {
      try {
        const result = await work(guarded(tx, state));
        return state.end === null ? result : await never;
      } catch (error) {
        if (state.end !== null) await never;
        throw error;
      }
    }).then(
      (result) => {
        state.isOver(new Error('The transaction is committed: nothing more can be said in it.'));
        resolve(result);
      },
      (error: unknown) => {
        state.isOver(error);
        reject(error);
      },
    );
  });
}

/** Of one transaction. */
class State {
  /** Why nothing is sent any more. */
  end: { readonly why: unknown } | null = null;

  constructor(private readonly onLoss: (error: unknown) => void) {}

  isOver(why: unknown): void {
    this.end ??= { why };
  }

  sees(error: unknown): void {
    if (!isLoss(error)) return;
    this.isOver(error);
    this.onLoss(error);
  }
}

/** Every statement that is made of it is looked at when it is sent and when it fails. */
function guarded(tx: Tx, state: State): Tx {
  const guard = (made: unknown) => {
    if (!(made instanceof Promise)) return made;
    const query = made as unknown as Query;
    const { handler, reject } = query;
    query.handler = (one) => (state.end === null ? handler(one) : reject(state.end.why));
    query.reject = (error) => {
      state.sees(error);
      reject(error);
    };
    return made;
  };
  return new Proxy(tx, {
    apply: (target, self, parameters) => guard(Reflect.apply(target as never, self, parameters)),
    get: (target, name) => {
      if (name !== 'unsafe') return Reflect.get(target, name) as unknown;
      return (...parameters: Parameters<Tx['unsafe']>) => guard(target.unsafe(...parameters));
    },
  });
}

/** Of the connection: by the driver, the socket, or a server that ends the session. */
function isLoss(error: unknown): boolean {
  const { code, errno, severity } = error as { code?: unknown; errno?: unknown; severity?: unknown };
  if (severity === 'FATAL' || severity === 'PANIC' || typeof errno === 'number') return true;
  return typeof code === 'string' && /^(CONNECT|ERR_STREAM_|ERR_SOCKET_)/.test(code);
}
