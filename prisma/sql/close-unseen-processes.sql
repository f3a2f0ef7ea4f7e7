-- After a whole snapshot: lives that it did not describe have ended while nobody watched. They get an end, no death, and
-- are no longer stuck. Zombies are not in a snapshot: their agent says when they are reaped.
-- $1 int boot, $2 timestamptz when the snapshot was complete, $3 bigint boot-clock ns when it began
-- Primary keys (boot, …) of processes and episodes. Returns the ids of episodes that are over.
with ended as (
  update processes set ended_at = $2::timestamptz
  where boot = $1::int and ended_at is null and seen_ns < $3::bigint
  returning boot, pid, start_ns
), over as (
  update episodes e set ended_at = greatest($2::timestamptz, e.started_at)
  from ended
  where e.boot = ended.boot and e.pid = ended.pid and e.start_ns = ended.start_ns and e.ended_at is null and e.state <> 'zombie'
  returning concat_ws('.', e.boot, e.pid, e.start_ns, e.state, e.since_ns) as id
)
select array_agg(id) as episodes from over
