-- Silent hosts, with what is known of them: when batches and the command stream were heard last, and how the agent's last run
-- on the latest boot ended.
-- $1 int[] host ids
-- Primary keys of hosts and command_streams; index boots (host_id, booted_at, id).
select h.id as host_id, h.name as host_name, h.labels as host_labels, h.last_seen_at, s.seen_at as stream_seen_at,
  h.agent_version, h.rung, b.boot_id, b.booted_at,
  b.booted_at + b.agent_stopped_ns / 1000 * interval '1 microsecond' as agent_stopped_at
from hosts h
left join command_streams s on s.host_id = h.id
left join lateral (select * from boots b where b.host_id = h.id order by b.booted_at desc, b.id desc limit 1) b on true
where h.id = any ($1::int[])
