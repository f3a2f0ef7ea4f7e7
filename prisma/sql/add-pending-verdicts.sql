-- Asks for verdicts again.
-- $1 int[] boots, $2 int[] pids, $3 bigint[] start times
insert into pending_verdicts (boot, pid, start_ns)
select * from unnest($1::int[], $2::int[], $3::bigint[])
on conflict do nothing
