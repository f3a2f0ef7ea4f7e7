-- Choices of the kernel's OOM killer; a victim whose death is already stored wants its verdict again.
-- $1 int boot, $2 text JSON array
-- Returns how many deaths want a verdict now. Key of lives in the partition of the day; primary key of oom_kills.
with incoming as (
  select i.*, day_of(b.first_booted_at, i.victim_start_ns) as day
  from boots b cross join jsonb_to_recordset($2::text::jsonb) as i(
    victim_pid int, victim_start_ns bigint, at_ns bigint, trigger_pid int, trigger_start_ns bigint)
  where b.id = $1::int
), reopened as (
  insert into pending_verdicts (boot, pid, start_ns)
  select distinct d.boot, d.pid, d.start_ns
  from incoming i
  join lives d on d.day = i.day and d.boot = $1::int and d.pid = i.victim_pid and d.start_ns = i.victim_start_ns
  where d.ending > 0
  on conflict do nothing
  returning 1
), stored as (
  insert into oom_kills (boot, victim_pid, victim_start_ns, at_ns, trigger_pid, trigger_start_ns)
  select $1::int, i.victim_pid, i.victim_start_ns, i.at_ns, i.trigger_pid, i.trigger_start_ns from incoming i
  on conflict do nothing
)
select count(*)::int as pending from reopened
