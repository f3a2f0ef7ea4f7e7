-- What the agent of a host says of itself when it starts.
-- $1 int host id, $2 text agent version, $3 text rung, $4 text[] blind spots, $5 text kernel, $6 text arch
update hosts set agent_version = $2::text, rung = $3::text, blind_spots = $4::text[], kernel = $5::text, arch = $6::text
where id = $1::int
