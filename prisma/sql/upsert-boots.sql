-- One boot of one host: its small id, made at first sight. The wall-clock time of boot zero follows the host's clock.
-- $1 int host id, $2 uuid boot id, $3 timestamptz boot-clock zero in wall-clock time, $4 bigint the batch's latest event,
-- $5 boolean an agent started in the batch, $6 bigint when the last one in it stopped, or null
-- Returns id int. Relies on the unique index (host_id, boot_id).
insert into boots (host_id, boot_id, booted_at, seen_ns, agent_stopped_ns)
values ($1::int, $2::uuid, $3::timestamptz, $4::bigint, $6::bigint)
on conflict (host_id, boot_id) do update set booted_at = excluded.booted_at,
  seen_ns = greatest(boots.seen_ns, excluded.seen_ns),
  agent_stopped_ns = coalesce(excluded.agent_stopped_ns, case when not $5::boolean then boots.agent_stopped_ns end)
returning id
