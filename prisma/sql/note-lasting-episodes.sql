-- Puts episodes that last onto the list of troubles, each once.
-- $1 interval that is long, $2 int how many at most
-- Index episodes_open; primary key of incident_members.
insert into pending_troubles (kind, ref)
select 'EPISODE', concat_ws('.', e.boot, e.pid, e.start_ns, e.state, e.since_ns)
from episodes e
where e.ended_at is null and e.started_at < now() - $1::interval
  and not exists (
    select from incident_members m
    where m.kind = 'EPISODE' and m.ref = concat_ws('.', e.boot, e.pid, e.start_ns, e.state, e.since_ns))
order by e.started_at desc
limit $2::int
on conflict do nothing
