-- A page of jobs, newest first. A condition whose parameter is null does not apply.
-- $1 text[] states, $2 text[] actions, $3 int host id, $4 text requested by, $5 timestamptz since, $6 timestamptz until,
-- $7 timestamptz, $8 uuid: the key after which the page begins; $9 uuid[]: only these, $10 int limit
-- Index jobs (created_at desc, id desc); of a host, job_commands (job_id); primary key.
select j.* from jobs j
where ($1::text[] is null or j.state = any ($1::text[]))
  and ($2::text[] is null or j.action = any ($2::text[]))
  and ($3::int is null or exists (
    select from job_commands c where c.job_id = j.id and c.host_id = $3::int
    offset 0))
  and ($4::text is null or j.requested_by = $4::text)
  and ($5::timestamptz is null or j.created_at >= $5::timestamptz)
  and ($6::timestamptz is null or j.created_at < $6::timestamptz)
  and ($7::timestamptz is null or (j.created_at, j.id) < ($7::timestamptz, $8::uuid))
  and ($9::uuid[] is null or j.id = any ($9::uuid[]))
order by j.created_at desc, j.id desc
limit $10::int
