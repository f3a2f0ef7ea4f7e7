-- Decided deaths of a host from a day on, oldest first: to be counted anew.
-- $1 int host id, $2 timestamptz since, $3 timestamptz until: whole seconds, $4 timestamptz, $5 int, $6 int, $7 bigint: the key after which
-- the page begins, $8 int limit
-- Index deaths_by_host; primary key of verdicts in the partition of the day.
select d.died_at, d.boot, d.pid, d.start_ns, d.cause, d.actor_kind, d.actor_pid, d.actor_start_ns from deaths d
where d.host_id = $1::int and d.ended_s >= second_of($2::timestamptz) and d.ended_s < second_of($3::timestamptz) and d.engine is not null
  and ($4::timestamptz is null or d.ended_s >= second_of($4::timestamptz))
  and ($4::timestamptz is null or (d.died_at, d.boot, d.pid, d.start_ns) > ($4::timestamptz, $5::int, $6::int, $7::bigint))
order by d.ended_s, d.died_at, d.boot, d.pid, d.start_ns
limit $8::int
