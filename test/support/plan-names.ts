/** Names in plans: a partition's index goes by the name of that of the whole table, and a partition with rows by the table's. */
import type { Sql } from 'postgres';

export interface PlanNames {
  index(name: string): string;
  /** Null: a partition without rows, which costs nothing to look through. */
  table(name: string): string | null;
}

export async function planNames(sql: Sql): Promise<PlanNames> {
  const rows = await sql<{ name: string; parent: string; empty: boolean }[]>`
    select c.relname as name, p.relname as parent, c.reltuples <= 0 as empty
    from pg_inherits i join pg_class c on c.oid = i.inhrelid join pg_class p on p.oid = i.inhparent`;
  const parents = new Map(rows.map((row) => [row.name, row]));
  return {
    index: (name) => parents.get(name)?.parent ?? name.replace(/^lives_(\d{8}|other)_key$/, 'lives_key'),
    table: (name) => {
      const part = parents.get(name);
      return part ? (part.empty ? null : part.parent) : name;
    },
  };
}
