-- A page of the candidates of one OOM report, the largest first: what the kernel counts is memory, swap and page tables.
-- $1 int boot, $2 bigint line; $3 bigint size, $4 int position: the key after which the page begins, or null; $5 int limit
-- Primary key of oom_tasks; a report has at most `limits.oomTasksMax` rows to sort.
select t.*, s.size_bytes
from oom_tasks t
cross join lateral (
  select coalesce(t.rss_bytes, 0) + coalesce(t.swap_bytes, 0) + coalesce(t.page_tables_bytes, 0) as size_bytes) s
where t.boot = $1::int and t.line = $2::bigint
  and ($3::bigint is null or (-s.size_bytes, t.position) > (-$3::bigint, $4::int))
order by s.size_bytes desc, t.position
limit $5::int
