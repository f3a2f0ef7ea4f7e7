-- A page of the signals that one life received ($1 = 'target') or sent ($1 = 'sender'), newest first.
-- $1 text, $2 int boot, $3 int pid, $4 bigint start; $5 bigint at_ns, $6 bigint id: the key after which the page begins,
-- or null; $7 int limit
-- Indexes signals (boot, target_…), (boot, sender_…).
select s.*
from signals s
where s.boot = $2::int
  and case $1::text when 'target' then s.target_pid = $3::int and s.target_start_ns = $4::bigint
                    else s.sender_pid = $3::int and s.sender_start_ns = $4::bigint end
  and ($5::bigint is null or (s.at_ns, s.id) < ($5::bigint, $6::bigint))
order by s.at_ns desc, s.id desc
limit $7::int
