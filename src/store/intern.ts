/**
 * Command lines and surroundings of lives are stored once and named by ids that follow from what they say. This remembers the
 * ids of those that came lately, so that most batches ask for none.
 *
 * They are stored before the lives that name them and in a transaction of their own: what is remembered is committed, and no
 * batch waits for another's images.
 */
import type { TransactionSql } from 'postgres';
import type { DescribedRow } from './batch.rows.js';
import type { Db } from './postgres.js';
import { contextColumns, contextId, imageId } from './interned-ids.js';
import { run, type Statement } from './sql.js';

type Tx = TransactionSql<{ bigint: bigint }>;

/** Of each kind. An image takes about half a KiB here. */
const rememberedMax = 50_000;
const dayMs = 86_400_000;

export interface Interned {
  readonly image: string;
  readonly context: string;
}

interface Known {
  readonly id: string;
  /** Until then its row outlasts every life that names it now. */
  readonly day: number;
}

interface Kind {
  readonly statement: Statement;
  readonly keyOf: (row: DescribedRow) => string;
  readonly idOf: (salt: string, row: DescribedRow) => string;
  readonly rowOf: (row: DescribedRow) => object;
}

// No text holds a NUL: see text.ts.
const images: Kind = {
  statement: 'internImages',
  keyOf: ({ comm, exe, args, args_cut }) => `${args_cut}\0${comm}\0${exe ?? '\0'}\0${args.length}\0${args.join('\0')}`,
  idOf: imageId,
  rowOf: ({ comm, exe, args, args_cut }) => ({ comm, exe, args, args_cut }),
};
const contexts: Kind = {
  statement: 'internContexts',
  keyOf: (row) => contextColumns.map((column) => row[column] ?? '\0').join('\0'),
  idOf: contextId,
  rowOf: (row) => Object.fromEntries(contextColumns.map((column) => [column, row[column]])),
};

export class Interner {
  private readonly images = new Remembered(images);
  private readonly contexts = new Remembered(contexts);
  private salt: string | null = null;

  constructor(private readonly db: Db) {}

  /** @returns in the order of the rows. @throws the driver's error. */
  async intern(rows: readonly DescribedRow[], now = Date.now()): Promise<readonly Interned[]> {
    this.salt ??= await this.readSalt();
    const moment = { db: this.db, salt: this.salt, day: Math.floor(now / dayMs) };
    const [image, context] = await Promise.all([this.images.idsOf(moment, rows), this.contexts.idsOf(moment, rows)]);
    return rows.map((_, index) => ({ image: image[index]!, context: context[index]! }));
  }

  private async readSalt(): Promise<string> {
    const rows = await begin(this.db, (tx) => tx<{ salt: string }[]>`select salt from history_state`);
    return rows[0]!.salt;
  }
}

/** Also for one statement: the connections of ingest have nothing but transactions (postgres.ts). */
async function begin<T>(db: Db, work: (tx: Tx) => Promise<T>): Promise<T> {
  return (await db.begin((tx) => work(tx as Tx))) as T;
}

interface Moment {
  readonly db: Db;
  readonly salt: string;
  readonly day: number;
}

class Remembered {
  private readonly known = new Map<string, Known>();

  constructor(private readonly kind: Kind) {}

  async idsOf({ db, salt, day }: Moment, rows: readonly DescribedRow[]): Promise<string[]> {
    const missing = new Map<string, object & { readonly id: string }>();
    const ids = rows.map((row) => {
      const key = this.kind.keyOf(row);
      const known = this.known.get(key);
      if (known && known.day >= day) return known.id;
      let miss = missing.get(key);
      if (!miss) missing.set(key, (miss = { id: this.kind.idOf(salt, row), ...this.kind.rowOf(row) }));
      return miss.id;
    });
    if (missing.size === 0) return ids;
    await begin(db, (tx) => run(tx, this.kind.statement, [JSON.stringify([...missing.values()]), day]));
    for (const [key, { id }] of missing) this.remember(key, { id, day });
    return ids;
  }

  /** The oldest goes first: whatever is in use is soon there again. */
  private remember(key: string, known: Known): void {
    this.known.delete(key);
    this.known.set(key, known);
    if (this.known.size <= rememberedMax) return;
    const [oldest] = this.known.keys();
    this.known.delete(oldest!);
  }
}
