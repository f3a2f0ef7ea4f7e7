/** What is counted of deaths, as text that two databases' worth of counting can be compared by. */
import type { Sql } from 'postgres';

/** Each cell that is not empty: host, hour, names, how many. */
export async function countedCells(sql: Sql): Promise<string[]> {
  const rows = await sql<{ cell: string }[]>`
    select concat_ws('|', g.host_id, g.hour, c.name, k.name, g.signal, u.name, e.name, w.name, l.name, g.count) as cell
    from death_counts g
    left join death_count_names c on c.id = g.cause left join death_count_names k on k.id = g.actor
    left join death_count_names u on u.id = g.unit left join death_count_names e on e.id = g.exe
    left join death_count_names w on w.id = g.killer left join death_count_names l on l.id = g.login
    where g.count <> 0 order by 1`;
  return rows.map(({ cell }) => cell);
}
