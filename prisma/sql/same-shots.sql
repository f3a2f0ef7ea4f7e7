-- Whom given senders hit with one signal during a stretch of time; earliest first.
-- $1 int[] boots, $2 int[] sender pids, $3 bigint[] sender start times, $4 int[] signals, $5 bigint[] since, $6 bigint[]
-- until (boot-clock ns, both included), $7 int at most for each
-- Returns n (which of the senders, from 1), boot, pid, start_ns: the target; at_ns. What found a process dead or deaf hit nothing.
-- Index signals (boot, sender_pid, sender_start_ns, at_ns).
select k.n::int, k.boot, s.target_pid as pid, s.target_start_ns as start_ns, s.at_ns
from unnest($1::int[], $2::int[], $3::bigint[], $4::int[], $5::bigint[], $6::bigint[])
  with ordinality as k(boot, pid, start_ns, signal, since_ns, until_ns, n)
cross join lateral (
  select * from signals s
  where s.boot = k.boot and s.sender_pid = k.pid and s.sender_start_ns = k.start_ns
    and s.at_ns between k.since_ns and k.until_ns and s.signal = k.signal and s.result <> 'ignored'
  order by s.at_ns, s.id limit $7::int) s
order by k.n, s.at_ns, s.id
