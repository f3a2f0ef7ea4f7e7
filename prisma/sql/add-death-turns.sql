-- Deaths that were decided, for the policies that speak of such a cause: their turn comes when others have had their time to start it
-- again. What died so long ago that no policy would answer it is left out.
-- $1 int[] boots, $2 int[] pids, $3 bigint[] start times, $4 interval
-- Keys of lives and verdicts in the partition of the day, primary key of policy_turns; policies are few.
insert into policy_turns (policy, occurrence, host_id, due_at, at)
select p.name, concat_ws('.', d.boot, d.pid, d.start_ns), d.host_id,
  d.died_at + (p.body #>> '{when,death,afterSeconds}')::int * interval '1 second', now()
from (
  select k.*, day_of(b.first_booted_at, k.start_ns) as day
  from unnest($1::int[], $2::int[], $3::bigint[]) as k(boot, pid, start_ns) join boots b on b.id = k.boot
  -- First, so that the day finds the partition.
  offset 0) k
join deaths d on d.day = k.day and d.boot = k.boot and d.pid = k.pid and d.start_ns = k.start_ns
join policies p on p.body #> '{when,death,cause}' ? d.cause
where d.died_at > now() - $4::interval
on conflict do nothing
