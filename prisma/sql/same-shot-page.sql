-- A page of the signals of one number that one life sent to others during a stretch of time; earliest first.
-- $1 int boot, $2 int pid, $3 bigint start: the sender; $4 int signal, $5 bigint since, $6 bigint until (boot-clock ns, both
-- included), $7 int pid, $8 bigint start: not to this one; $9 bigint at_ns, $10 bigint id: the key after which the page begins,
-- or null; $11 int limit
-- Index signals (boot, sender_pid, sender_start_ns, at_ns).
select s.*
from signals s
where s.boot = $1::int and s.sender_pid = $2::int and s.sender_start_ns = $3::bigint
  and s.at_ns between $5::bigint and $6::bigint and s.signal = $4::int and s.result <> 'ignored'
  and (s.target_pid, s.target_start_ns) <> ($7::int, $8::bigint)
  and ($9::bigint is null or (s.at_ns, s.id) > ($9::bigint, $10::bigint))
order by s.at_ns, s.id
limit $11::int
