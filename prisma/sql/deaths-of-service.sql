-- What a service (unit or container) of a host died of in the last hour; newest first. Our own doing is left out.
-- $1 int host id, $2 text unit or null, $3 text container id or null, $4 int limit
-- Index deaths (host_id, died_at, …); primary key of processes.
select d.boot, d.pid, d.start_ns, d.cause from deaths d
where d.host_id = $1::int and d.died_at > now() - interval '1 hour' and d.cause <> 'REMEDIATION'
  and exists (
    select from processes p
    where p.boot = d.boot and p.pid = d.pid and p.start_ns = d.start_ns and (p.unit = $2::text or p.container_id = $3::text)
    offset 0)
order by d.died_at desc, d.boot desc, d.pid desc, d.start_ns desc
limit $4::int
