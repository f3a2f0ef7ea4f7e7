/**
 * Command lines and surroundings of lives are stored once and named by ids that follow from what they say. This remembers the
 * ids of those that came lately, so that most batches ask for none.
 *
 * They are stored before the lives that name them and in a transaction of their own: what is remembered is committed, and no
 * batch waits for another's images.
 */
import type { DescribedRow } from './batch.rows.js';
import type { Db } from './postgres.js';
import { run, type Statement } from './sql.js';

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
  readonly rowOf: (row: DescribedRow) => object;
}

// No text holds a NUL: see text.ts.
const images: Kind = {
  statement: 'internImages',
  keyOf: ({ comm, exe, args, args_cut }) => `${args_cut}\0${comm}\0${exe ?? '\0'}\0${args.length}\0${args.join('\0')}`,
  rowOf: ({ comm, exe, args, args_cut }) => ({ comm, exe, args, args_cut }),
};
const contexts: Kind = {
  statement: 'internContexts',
  keyOf: (row) => contextColumns.map((column) => row[column] ?? '\0').join('\0'),
  rowOf: (row) => Object.fromEntries(contextColumns.map((column) => [column, row[column]])),
};
const contextColumns = [
  ...([
    'origin',
    'kernel_thread',
    'uid',
    'user_name',
    'login_uid',
    'login_name',
    'login_session',
    'tty',
    'cgroup',
  ] as const),
  ...(['unit', 'container_id', 'container_runtime', 'container_pod', 'login_source'] as const),
] satisfies (keyof DescribedRow)[];

export class Interner {
  private readonly images = new Remembered(images);
  private readonly contexts = new Remembered(contexts);

  constructor(private readonly db: Db) {}

  /** @returns in the order of the rows. @throws the driver's error. */
  async intern(rows: readonly DescribedRow[], now = Date.now()): Promise<readonly Interned[]> {
    const day = Math.floor(now / dayMs);
    const [image, context] = await Promise.all([
      this.images.idsOf(this.db, rows, day),
      this.contexts.idsOf(this.db, rows, day),
    ]);
    return rows.map((_, index) => ({ image: image[index]!, context: context[index]! }));
  }
}

class Remembered {
  private readonly known = new Map<string, Known>();

  constructor(private readonly kind: Kind) {}

  async idsOf(db: Db, rows: readonly DescribedRow[], day: number): Promise<string[]> {
    const ids: string[] = [];
    const missing = new Map<string, { row: DescribedRow; at: number[] }>();
    rows.forEach((row, at) => {
      const key = this.kind.keyOf(row);
      const known = this.known.get(key);
      if (known && known.day >= day) {
        ids[at] = known.id;
        return;
      }
      const miss = missing.get(key);
      if (miss) miss.at.push(at);
      else missing.set(key, { row, at: [at] });
    });
    if (missing.size > 0) await this.ask(db, missing, day, ids);
    return ids;
  }

  private async ask(
    db: Db,
    missing: ReadonlyMap<string, { readonly row: DescribedRow; readonly at: readonly number[] }>,
    day: number,
    ids: string[],
  ): Promise<void> {
    const misses = [...missing];
    const wanted = JSON.stringify(misses.map(([, { row }]) => this.kind.rowOf(row)));
    const stored = await run<{ n: number; id: bigint }>(db, this.kind.statement, [wanted, day]);
    for (const { n, id } of stored) {
      const [key, { at }] = misses[n - 1]!;
      for (const index of at) ids[index] = String(id);
      this.remember(key, { id: String(id), day });
    }
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
