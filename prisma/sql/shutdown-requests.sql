-- Programs that take a host down, started in the last minutes of boots. Their arguments decide what they wanted.
-- $1 int[] boots, $2 interval so long before the last that is known of the boot, $3 int most per boot, $4 text[] verbs of systemctl
-- Returns boot, pid, start_ns, latest first. Index stop_requests, which holds these programs only.
select p.boot, p.pid, p.start_ns
from boots b
cross join lateral (
  select p.boot, p.pid, p.start_ns, p.started_at from processes p
  where p.started_rest >= 1024 and p.boot = b.id
    and p.started_at >= b.booted_at + b.seen_ns / 1000 * interval '1 microsecond' - $2::interval
    -- The many that only ask must not crowd out the one that matters.
    and (p.comm <> 'systemctl' or p.args && $4::text[])
  order by p.started_at desc, p.pid desc
  limit $3::int
) p
where b.id = any($1::int[])
order by p.started_at desc, p.pid desc
