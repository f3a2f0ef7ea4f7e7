-- A page of incidents, newest first. A condition whose parameter is null does not apply.
-- $1 text[] kinds, $2 text[] states, $3 text[] severities, $4 int host id: that it has touched, $5 text unit, $6 text exe,
-- $7 text[] causes, $8 timestamptz opened since, $9 timestamptz opened until, $10 boolean of the fleet,
-- $11 timestamptz, $12 uuid: the key after which the page begins; $13 uuid[]: only these, $14 int limit
-- Index incidents (opened_at desc, id desc); primary keys of incidents and incident_hosts.
select i.*, (select h.name from hosts h where h.id = i.host_id) as host_name
from incidents i
where ($1::text[] is null or i.kind = any ($1::text[]))
  and ($2::text[] is null or i.state = any ($2::text[]))
  and ($3::text[] is null or i.severity = any ($3::text[]))
  and ($4::int is null or i.host_id = $4::int or exists (
    select from incident_hosts t where t.incident_id = i.id and t.host_id = $4::int
    offset 0))
  and ($5::text is null or i.unit = $5::text)
  and ($6::text is null or i.exe = $6::text or (strpos($6::text, '/') = 0 and split_part(i.exe, '/', -1) = $6::text))
  and ($7::text[] is null or i.cause = any ($7::text[]))
  and ($8::timestamptz is null or i.opened_at >= $8::timestamptz)
  and ($9::timestamptz is null or i.opened_at < $9::timestamptz)
  and ($10::boolean is null or (i.host_id is null) = $10::boolean)
  and ($11::timestamptz is null or (i.opened_at, i.id) < ($11::timestamptz, $12::uuid))
  and ($13::uuid[] is null or i.id = any ($13::uuid[]))
order by i.opened_at desc, i.id desc
limit $14::int
