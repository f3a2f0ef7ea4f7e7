-- Deaths of the time in which given lives acted for a command may be their doing: they want their verdict again. Once the actors
-- are committed: what is decided later sees them.
-- $1 int[] boots, $2 int[] pids, $3 bigint[] starts, $4 uuid[] their commands
-- Returns a row for each that was not wanted already. Primary key of job_actors; index deaths_by_host.
insert into pending_verdicts (boot, pid, start_ns)
select distinct d.boot, d.pid, d.start_ns
from unnest($1::int[], $2::int[], $3::bigint[], $4::uuid[]) as k(boot, pid, start_ns, command_id)
join job_actors a on a.boot = k.boot and a.pid = k.pid and a.start_ns = k.start_ns and a.command_id = k.command_id
join boots b on b.id = a.boot
cross join lateral (
  select d.boot, d.pid, d.start_ns, d.mark_ns from lives d
  where d.ending > 0 and d.host_id = b.host_id
    and d.ended_s between second_of(b.booted_at + a.from_ns / 1000 * interval '1 microsecond') - 60
      and second_of(b.booted_at + a.until_ns / 1000 * interval '1 microsecond') + 61
  order by d.ended_s limit 100000) d
where d.boot = a.boot and d.mark_ns between a.from_ns and a.until_ns
on conflict do nothing
returning boot
