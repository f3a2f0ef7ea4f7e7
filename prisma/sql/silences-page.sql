-- A page of silences, newest first. A condition whose parameter is null does not apply.
-- $1 text[] states, $2 timestamptz, $3 uuid: the key after which the page begins, $4 uuid[]: only these, $5 int limit
-- Index silences (created_at desc, id desc); primary key.
select s.* from silences s
where ($1::text[] is null
    or case when s.ends_at <= now() then 'OVER' when s.starts_at > now() then 'FUTURE' else 'ACTIVE' end = any ($1::text[]))
  and ($2::timestamptz is null or (s.created_at, s.id) < ($2::timestamptz, $3::uuid))
  and ($4::uuid[] is null or s.id = any ($4::uuid[]))
order by s.created_at desc, s.id desc
limit $5::int
