-- What became of core dumps. It comes after the death, told perhaps in parts; a victim whose death is already stored wants
-- its verdict again.
-- $1 int boot, $2 text JSON array, no victim twice
-- Returns how many deaths want a verdict now. Key of lives in the partition of the day; primary key of core_dumps.
with incoming as (
  select i.*, day_of(b.first_booted_at, i.start_ns) as day
  from boots b cross join jsonb_to_recordset($2::text::jsonb) as i(
    pid int, start_ns bigint, at_ns bigint, pattern text, path text, size_bytes bigint, truncated boolean, obstacle text,
    limit_bytes bigint)
  where b.id = $1::int
), reopened as (
  insert into pending_verdicts (boot, pid, start_ns)
  select d.boot, d.pid, d.start_ns
  from incoming i
  join lives d on d.day = i.day and d.boot = $1::int and d.pid = i.pid and d.start_ns = i.start_ns
  where d.ending > 0
  on conflict do nothing
  returning 1
), stored as (
  insert into core_dumps as c (boot, pid, start_ns, at_ns, pattern, path, size_bytes, truncated, obstacle, limit_bytes)
  select $1::int, i.pid, i.start_ns, i.at_ns, i.pattern, i.path, i.size_bytes, i.truncated, i.obstacle, i.limit_bytes
  from incoming i
  on conflict (boot, pid, start_ns) do update set
    at_ns = excluded.at_ns,
    pattern = coalesce(excluded.pattern, c.pattern),
    path = coalesce(excluded.path, c.path),
    size_bytes = coalesce(excluded.size_bytes, c.size_bytes),
    truncated = coalesce(excluded.truncated, c.truncated),
    obstacle = coalesce(excluded.obstacle, c.obstacle),
    limit_bytes = coalesce(excluded.limit_bytes, c.limit_bytes)
  where excluded.at_ns >= c.at_ns
)
select count(*)::int as pending from reopened
