-- Deaths that were stored with their lives want a verdict.
-- $1 int[] boots, $2 int[] pids, $3 bigint[] start times
-- Returns how many want one now. Primary key of pending_verdicts.
with wanted as (
  insert into pending_verdicts (boot, pid, start_ns)
  select * from unnest($1::int[], $2::int[], $3::bigint[])
  on conflict do nothing
  returning 1
)
select count(*)::int as pending from wanted
