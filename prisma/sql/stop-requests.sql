-- Commands that may have asked systemd to end something, begun shortly before given deaths: the latest for each, oldest first.
-- $1 int[] boots, $2 bigint[] times of death (boot-clock ns), $3 bigint how long before, in ns, $4 text[] verbs of systemctl,
-- $5 int at most for each
-- Index stop_requests, which holds these programs only: asks_for_stops() of the migration has the list.
select k.boot, k.died_ns, r.pid, r.start_ns, coalesce(r.exec_ns, r.start_ns) as at_ns
from (
  select distinct k.*, b.first_booted_at from unnest($1::int[], $2::bigint[]) as k(boot, died_ns) join boots b on b.id = k.boot) k
cross join lateral (
  select * from processes p
  where p.day between day_of(k.first_booted_at, k.died_ns - $3::bigint) and day_of(k.first_booted_at, k.died_ns)
    and p.started_rest >= 1024 and p.boot = k.boot and p.start_ns between k.died_ns - $3::bigint and k.died_ns
    and (p.comm <> 'systemctl' or p.args && $4::text[])
  order by p.start_ns desc limit $5::int) r
order by at_ns, r.pid
