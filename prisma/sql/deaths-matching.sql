-- Those of given lives' deaths that meet conditions, newest first: the conditions of deaths-page, planned once.
-- $1 int host id, $2 timestamptz since, $3 timestamptz until, $4 text[] causes, $5 text[] actor kinds, $6 int[] signals,
-- $7 text exe (whole path, or last component), $8 text within command line or comm, $9 text login name of the actor,
-- $10 int pid, $11 text unit, $12 text JSON array of labels, each an object: the host has all of them
-- $13 int[] boots, $14 int[] pids, $15 bigint[] start times
-- Keys of lives and verdicts in the partition of the day.
select d.*
from (
  select d.*, k.booted_at
  from (
    select k.*, b.booted_at, day_of(b.first_booted_at, k.start_ns) as day
    from unnest($13::int[], $14::int[], $15::bigint[]) as k(boot, pid, start_ns) join boots b on b.id = k.boot
    -- First, so that the day finds the partition.
    offset 0) k
  join deaths d on d.day = k.day and d.boot = k.boot and d.pid = k.pid and d.start_ns = k.start_ns
  -- Conditions that are looked up elsewhere would be there once for each partition.
  offset 0) d
where ($1::int is null or d.host_id = $1::int)
  and ($2::timestamptz is null or d.died_at >= $2::timestamptz)
  and ($3::timestamptz is null or d.died_at < $3::timestamptz)
  and ($4::text[] is null or d.cause = any ($4::text[]))
  and ($5::text[] is null or d.actor_kind = any ($5::text[]))
  and ($6::int[] is null or d.signal = any ($6::int[]))
  and (($7::text is null and $8::text is null and $11::text is null) or exists (
    select from processes p
    where p.day = d.day and p.boot = d.boot and p.pid = d.pid and p.start_ns = d.start_ns
      and ($11::text is null or p.unit = $11::text)
      and ($7::text is null or p.exe = $7::text or (strpos($7::text, '/') = 0 and split_part(p.exe, '/', -1) = $7::text))
      and ($8::text is null or strpos(array_to_string(p.args, ' '), $8::text) > 0 or strpos(p.comm, $8::text) > 0)
    offset 0))
  and ($9::text is null or exists (
    select from boots b
    join processes a on a.day = day_of(b.first_booted_at, d.actor_start_ns) and a.boot = b.id and a.pid = d.actor_pid and a.start_ns = d.actor_start_ns
    where b.id = d.boot and a.login_name = $9::text
    offset 0))
  and ($10::int is null or d.pid = $10::int)
  and ($12::text is null or exists (select from hosts h where h.id = d.host_id and h.labels @> all (select jsonb_array_elements($12::text::jsonb)) offset 0))
order by d.died_at desc, d.boot desc, d.pid desc, d.start_ns desc
