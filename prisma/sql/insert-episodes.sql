-- Episodes, opened or closed. What follows from a death or a later boot ends one too, in whatever order they come: no
-- episode outlives that, but a zombie its death. What the agent says of the end goes before what we infer, and an agent
-- that speaks of it again later knows better than we that it lasts. A life that was never described gets a bare one, so
-- that every episode has its process.
-- $1 int boot, $2 int host id, $3 timestamptz boot-clock zero, $4 text JSON array, no episode twice
-- Returns the ids of those that are new or whose end has changed. Primary key of episodes; key of lives in the partition of the
-- day.
with incoming as (
  select i.*, $3::timestamptz + i.since_ns / 1000 * interval '1 microsecond' as started_at,
    coalesce(
      $3::timestamptz + i.until_ns / 1000 * interval '1 microsecond',
      (select moment_of(d.ended_s, d.ended_rest & 1023) from lives d
       where d.day = i.day and d.boot = $1::int and d.pid = i.pid and d.start_ns = i.start_ns and d.ending > 0 and i.state <> 'zombie'),
      (select min(b.booted_at) from boots b
       where b.host_id = $2::int and b.id <> $1::int and b.booted_at > $3::timestamptz)) as ended_at
  from (
    select i.*, day_of(b.first_booted_at, i.start_ns) as day
    from boots b cross join jsonb_to_recordset($4::text::jsonb) as i(
      pid int, start_ns bigint, state text, since_ns bigint, seen_ns bigint, until_ns bigint, parent_pid int,
      parent_start_ns bigint, wait_channel text, signal smallint, sender_pid int, sender_start_ns bigint)
    where b.id = $1::int
    -- First, so that the day finds the partition.
    offset 0) i
), before as (
  select e.pid, e.start_ns, e.state, e.since_ns, e.ended_at
  from incoming i
  join episodes e on e.boot = $1::int and e.pid = i.pid and e.start_ns = i.start_ns and e.state = i.state
    and e.since_ns = i.since_ns
), born as (
  insert into lives (start_ns, parent_start_ns, mark_ns, cpu_ns, image, context, host_id, boot, pid, parent_pid, exec_offset,
    started_s, ended_s, peak_rss_kib, day, started_rest, ended_rest, ending)
  select l.start_ns, -1, l.start_ns, -1, image_id('', null, '{}', false), bare_context('snapshot'), $2::int, $1::int, l.pid, -1,
    -2147483648, second_of(l.at), -2147483648, -1, l.day, millisecond_of(l.at), 0, 0
  from (
    select distinct i.pid, i.start_ns, i.day,
      ($3::timestamptz + i.start_ns / 1000 * interval '1 microsecond')::timestamptz(3) as at
    from incoming i) l
  where not exists (select from lives k where k.day = l.day and k.boot = $1::int and k.pid = l.pid and k.start_ns = l.start_ns)
), stored as (
  insert into episodes as e (boot, pid, start_ns, state, since_ns, host_id, seen_ns, until_ns, started_at, ended_at,
    parent_pid, parent_start_ns, wait_channel, signal, sender_pid, sender_start_ns)
  select $1::int, i.pid, i.start_ns, i.state, i.since_ns, $2::int, i.seen_ns, i.until_ns, i.started_at,
    greatest(i.ended_at, case when i.ended_at is not null then i.started_at end), i.parent_pid, i.parent_start_ns,
    i.wait_channel, i.signal, i.sender_pid, i.sender_start_ns
  from incoming i
  on conflict (boot, pid, start_ns, state, since_ns) do update set
    seen_ns = greatest(excluded.seen_ns, e.seen_ns),
    until_ns = excluded.until_ns,
    ended_at = excluded.ended_at,
    parent_pid = coalesce(excluded.parent_pid, e.parent_pid),
    parent_start_ns = coalesce(excluded.parent_start_ns, e.parent_start_ns),
    wait_channel = coalesce(excluded.wait_channel, e.wait_channel),
    signal = coalesce(excluded.signal, e.signal),
    sender_pid = coalesce(excluded.sender_pid, e.sender_pid),
    sender_start_ns = coalesce(excluded.sender_start_ns, e.sender_start_ns)
  where e.until_ns is null and (excluded.until_ns is not null or excluded.seen_ns > e.seen_ns)
  returning e.boot, e.pid, e.start_ns, e.state, e.since_ns, e.ended_at
)
select array_agg(concat_ws('.', s.boot, s.pid, s.start_ns, s.state, s.since_ns)) as episodes
from stored s
left join before b using (pid, start_ns, state, since_ns)
where b.pid is null or b.ended_at is distinct from s.ended_at
