-- A page of audits, newest first, with how many hosts have answered. A condition whose parameter is null does not apply.
-- $1 text[] states, $2 text requested by, $3 timestamptz since, $4 timestamptz until,
-- $5 timestamptz, $6 uuid: the key after which the page begins; $7 uuid[]: only these, $8 int limit
-- Index audits_by_time, or primary key; audit_hosts by its primary key, audit by audit.
select a.*, h.hosts, h.answered, h.refused
from (
  select * from audits
  where ($1::text[] is null or state = any ($1::text[]))
    and ($2::text is null or requested_by = $2::text)
    and ($3::timestamptz is null or created_at >= $3::timestamptz)
    and ($4::timestamptz is null or created_at < $4::timestamptz)
    and ($5::timestamptz is null or (created_at, id) < ($5::timestamptz, $6::uuid))
    and ($7::uuid[] is null or id = any ($7::uuid[]))
  order by created_at desc, id desc
  limit $8::int
) a
cross join lateral (
  select count(*)::int as hosts, count(*) filter (where state = 'ANSWERED')::int as answered,
    count(*) filter (where state = 'REFUSED')::int as refused
  from audit_hosts where audit_id = a.id
  offset 0
) h
order by a.created_at desc, a.id desc
