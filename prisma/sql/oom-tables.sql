-- The candidates of given OOM reports, of each the largest.
-- $1 int[] boots, $2 bigint[] lines, $3 int at most for each
-- Primary key of oom_tasks; a report has at most `limits.oomTasksMax` rows to sort.
select t.*
from unnest($1::int[], $2::bigint[]) as k(boot, line)
cross join lateral (
  select t.boot, t.line, t.pid, t.comm, t.rss_bytes, t.swap_bytes, t.page_tables_bytes, t.oom_score_adj
  from oom_tasks t
  where t.boot = k.boot and t.line = k.line
  order by coalesce(t.rss_bytes, 0) + coalesce(t.swap_bytes, 0) + coalesce(t.page_tables_bytes, 0) desc, t.position
  limit $3::int) t
