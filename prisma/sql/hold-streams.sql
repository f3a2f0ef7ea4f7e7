-- This API process holds the command streams of these hosts.
-- $1 int[] host ids, $2 uuid of the process
-- Primary key of command_streams.
insert into command_streams (host_id, process, seen_at) select unnest($1::int[]), $2::uuid, now()
on conflict (host_id) do update set process = excluded.process, seen_at = excluded.seen_at
