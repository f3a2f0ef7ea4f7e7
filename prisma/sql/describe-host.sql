-- What the agent of a host says of itself when it starts: of the host, and on this boot, which process it is.
-- $1 int host id, $2 text agent version, $3 text rung, $4 text[] blind spots, $5 text kernel, $6 text arch, $7 int boot,
-- $8 int pid, $9 bigint start, or null; $10 text JSON labels, or null where the agent knows none
-- Primary keys of hosts and boots.
with of_boot as (update boots set agent_pid = $8::int, agent_start_ns = $9::bigint where id = $7::int)
update hosts set agent_version = $2::text, rung = $3::text, blind_spots = $4::text[], kernel = $5::text, arch = $6::text,
  labels = coalesce($10::text::jsonb, labels)
where id = $1::int
