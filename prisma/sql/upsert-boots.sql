-- Boots of hosts, no host twice: their small ids, made at first sight. The wall-clock time of boot zero follows the host's clock;
-- first_booted_at stays as the first batch had it.
-- $1 text JSON array: host_id, boot_id, booted_at (boot-clock zero in wall-clock time), seen_ns (the batch's latest event),
-- agent_stopped_ns (when the last agent in the batch stopped, or null); $2 int[] hosts on which an agent started in the batch
-- Returns id int, host_id int, first_booted_at, seen_before bigint: the latest event before the batch, null for a new boot.
-- Relies on the unique index (host_id, boot_id).
with given as (
  select * from jsonb_to_recordset($1::text::jsonb) as w(
    host_id int, boot_id uuid, booted_at timestamptz, seen_ns bigint, agent_stopped_ns bigint)
), before as (
  select b.id, b.seen_ns from given w join boots b on b.host_id = w.host_id and b.boot_id = w.boot_id
), stored as (
  insert into boots (host_id, boot_id, booted_at, first_booted_at, seen_ns, agent_stopped_ns)
  select host_id, boot_id, booted_at, booted_at, seen_ns, agent_stopped_ns from given
  on conflict (host_id, boot_id) do update set booted_at = excluded.booted_at,
    seen_ns = greatest(boots.seen_ns, excluded.seen_ns),
    agent_stopped_ns = coalesce(excluded.agent_stopped_ns,
      case when boots.host_id <> all ($2::int[]) then boots.agent_stopped_ns end)
  returning id, host_id, first_booted_at
)
select s.*, b.seen_ns as seen_before from stored s left join before b on b.id = s.id
