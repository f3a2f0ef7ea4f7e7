-- Lines of the kernel log, each once; a process whose death is already stored wants its verdict again.
-- $1 int boot, $2 int host id, $3 timestamptz boot-clock zero, $4 text JSON array
-- Returns how many deaths want a verdict now. Key of lives in the partition of the day; primary key of kernel_log.
with incoming as (
  select i.*, day_of(b.first_booted_at, i.start_ns) as day
  from boots b cross join jsonb_to_recordset($4::text::jsonb) as i(
    line bigint, at_ns bigint, topic text, pid int, start_ns bigint, comm text, text text)
  where b.id = $1::int
), reopened as (
  insert into pending_verdicts (boot, pid, start_ns)
  select distinct d.boot, d.pid, d.start_ns
  from incoming i
  join lives d on d.day = i.day and d.boot = $1::int and d.pid = i.pid and d.start_ns = i.start_ns
  where d.ending > 0
  on conflict do nothing
  returning 1
), stored as (
  insert into kernel_log (boot, line, host_id, at_ns, at, topic, pid, start_ns, comm, text)
  select $1::int, i.line, $2::int, i.at_ns, $3::timestamptz + i.at_ns / 1000 * interval '1 microsecond', i.topic, i.pid,
    i.start_ns, i.comm, i.text
  from incoming i
  on conflict do nothing
)
select count(*)::int as pending from reopened
