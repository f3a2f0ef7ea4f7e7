-- Stretches of history that the agent knows it does not have. Each goes onto the list of troubles.
-- $1 int boot, $2 int host id, $3 timestamptz boot-clock zero, $4 text JSON array
with stored as (
  insert into losses (host_id, boot, since_ns, until_ns, since, until, cause, count, cgroup)
  select $2::int, $1::int, i.since_ns, i.until_ns,
    $3::timestamptz + i.since_ns / 1000 * interval '1 microsecond',
    $3::timestamptz + i.until_ns / 1000 * interval '1 microsecond', i.cause, i.count, i.cgroup
  from jsonb_to_recordset($4::text::jsonb) as i(since_ns bigint, until_ns bigint, cause text, count bigint, cgroup text)
  on conflict do nothing
  returning id
)
insert into pending_troubles (kind, ref) select 'LOSS', id::text from stored on conflict do nothing
