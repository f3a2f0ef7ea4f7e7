-- Losses that overlap the time shortly before and after given deaths.
-- $1 int[] boots, $2 bigint[] times of death (boot-clock ns), $3 bigint how far around, in ns, $4 int at most for each
-- Index losses (boot, until_ns).
select k.boot, k.died_ns, l.id, l.host_id, l.since_ns, l.until_ns, l.since, l.until, l.cause, l.count, l.cgroup
from (select distinct * from unnest($1::int[], $2::bigint[]) as k(boot, died_ns)) k
cross join lateral (
  select * from losses l
  where l.boot = k.boot and l.until_ns >= k.died_ns - $3::bigint and l.since_ns <= k.died_ns + $3::bigint
  order by l.until_ns limit $4::int) l
