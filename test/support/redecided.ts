/** What became of verdicts of an older engine: every verdict that is saved leaves a row, whoever saves it. */
import type { Sql } from 'postgres';
import { engineVersion } from '../../src/verdict/index.js';

export const olderEngine = engineVersion - 1;

/** From now on. */
export async function recordVerdicts(sql: Sql): Promise<void> {
  await sql.unsafe(`
    create table saved_verdicts (n bigserial, tx xid8 default pg_current_xact_id(), boot int, pid int, died_at timestamptz);
    create function record_verdict() returns trigger language plpgsql as $$
    begin
      insert into saved_verdicts (boot, pid, died_at) values (new.boot, new.pid, moment_of(new.ended_s, 0));
      return null;
    end $$;
    -- Counting anew moves the cell only.
    create trigger record_verdict after insert or update of decided_at on verdicts for each row execute function record_verdict()`);
}

export async function countOutdated(sql: Sql): Promise<number> {
  return (await sql`select count(*)::int as n from deaths where engine < ${engineVersion}`)[0]!['n'] as number;
}

/** How many verdicts were saved, and of how many deaths. */
export async function savedVerdicts(sql: Sql): Promise<{ saved: number; deaths: number }> {
  const [row] =
    await sql`select count(*)::int as saved, count(distinct (boot, pid))::int as deaths from saved_verdicts`;
  return row as unknown as { saved: number; deaths: number };
}
