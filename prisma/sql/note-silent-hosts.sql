-- Puts hosts that have fallen silent onto the list of troubles, once each time. Heard is what sent a batch or holds a stream; a
-- host that was never heard has not fallen silent.
-- $1 interval that is long, $2 timestamptz since when somebody listens, $3 int how many at most
-- One row a host; index incident_members_silent.
insert into pending_troubles (kind, ref)
select 'SILENT_HOST', concat(h.id, '@', round(extract(epoch from heard.at) * 1000)::bigint)
from hosts h
left join command_streams s on s.host_id = h.id
cross join lateral (select greatest(h.last_seen_at, s.seen_at) as at) heard
where greatest(heard.at, $2::timestamptz) < now() - $1::interval and heard.at is not null
  and not exists (
    select from incident_members m where m.kind = 'SILENT_HOST' and m.host_id = h.id and m.at >= heard.at)
order by h.id
limit $3::int
on conflict do nothing
