-- Throttles of cgroups, begun or over.
-- $1 int boot, $2 int host id, $3 timestamptz boot-clock zero, $4 text JSON array, no throttle twice
insert into throttles as t (host_id, boot, since_ns, since, until, cgroup, count)
select $2::int, $1::int, i.since_ns, $3::timestamptz + i.since_ns / 1000 * interval '1 microsecond',
  $3::timestamptz + i.until_ns / 1000 * interval '1 microsecond', i.cgroup, i.count
from jsonb_to_recordset($4::text::jsonb) as i(since_ns bigint, until_ns bigint, cgroup text, count bigint)
on conflict (boot, since_ns, md5(cgroup)) do update set until = excluded.until, count = excluded.count
where excluded.until is not null
