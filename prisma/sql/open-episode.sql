-- The episode that a life is in.
-- $1 int boot, $2 int pid, $3 bigint start
-- Primary key of episodes.
select state, wait_channel from episodes
where boot = $1::int and pid = $2::int and start_ns = $3::bigint and ended_at is null
order by since_ns desc limit 1
