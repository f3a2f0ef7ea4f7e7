-- What incidents have of hosts; none left: not touched.
-- $1 text JSON array, no pair twice
-- Primary key.
with given as (
  select * from jsonb_to_recordset($1::text::jsonb) as r(
    incident_id uuid, host_id int, count int, latest_at timestamptz, latest_ref text)
), gone as (
  delete from incident_hosts t using given g
  where g.count <= 0 and t.incident_id = g.incident_id and t.host_id = g.host_id
)
insert into incident_hosts as t (incident_id, host_id, count, latest_at, latest_ref)
select incident_id, host_id, count, latest_at, latest_ref from given where count > 0
on conflict (incident_id, host_id) do update set count = excluded.count,
  latest_at = greatest(t.latest_at, excluded.latest_at),
  latest_ref = case when excluded.latest_at >= t.latest_at then excluded.latest_ref else t.latest_ref end
