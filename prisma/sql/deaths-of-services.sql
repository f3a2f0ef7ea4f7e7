-- What services (units or containers) of hosts died of in the last hour; newest first. Our own doing is left out.
-- $1 int[] host ids, $2 text[] units or null, $3 text[] container ids or null, $4 int limit for each
-- Returns `item`, the number of the service among those asked for, from 1.
-- Index deaths_by_host; key of lives in the partition of the day.
select k.item::int, d.*
from unnest($1::int[], $2::text[], $3::text[]) with ordinality as k(host_id, unit, container, item)
cross join lateral (
  select d.boot, d.pid, d.start_ns, d.cause from deaths d
  where d.host_id = k.host_id and d.ended_s >= second_of(now() - interval '1 hour') and d.died_at > now() - interval '1 hour' and d.cause <> 'REMEDIATION'
    and exists (
      select from processes p
      where p.day = d.day and p.boot = d.boot and p.pid = d.pid and p.start_ns = d.start_ns and (p.unit = k.unit or p.container_id = k.container)
      offset 0)
  order by d.ended_s desc, d.died_at desc, d.boot desc, d.pid desc, d.start_ns desc
  limit $4::int) d
