-- After a whole snapshot: lives that it did not describe have ended while nobody watched. They get an end, no death, and
-- are no longer stuck. Zombies are not in a snapshot: their agent says when they are reaped.
-- $1 int boot, $2 timestamptz when the snapshot was complete, $3 bigint boot-clock ns when it began
-- Index lives_open; primary key (boot, …) of episodes. Returns the ids of episodes that are over.
with ended as (
  update lives set ended_s = second_of($2::timestamptz), ended_rest = millisecond_of($2::timestamptz)
  where boot = $1::int and ended_s = -2147483648 and mark_ns < $3::bigint
  returning boot, pid, start_ns
), over as (
  update episodes e set ended_at = greatest($2::timestamptz, e.started_at)
  from ended
  where e.boot = ended.boot and e.pid = ended.pid and e.start_ns = ended.start_ns and e.ended_at is null and e.state <> 'zombie'
  returning concat_ws('.', e.boot, e.pid, e.start_ns, e.state, e.since_ns) as id
)
select array_agg(id) as episodes from over
