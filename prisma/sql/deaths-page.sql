-- A page of deaths, newest first. A condition whose parameter is null does not apply.
-- $1 int host id, $2 timestamptz since, $3 timestamptz until, $4 text[] causes, $5 text[] actor kinds, $6 int[] signals,
-- $7 text exe (whole path, or last component), $8 text within command line or comm, $9 text login name of the actor,
-- $10 int pid, $11 text unit, $12 timestamptz, $13 int, $14 int, $15 bigint: the key after which the page begins,
-- $16 int limit, $17 text JSON array of labels, each an object: the host has all of them
-- Planned each time, for the conditions that there are. Pages of one host and of the whole are planned once: deaths-of-host-page, latest-deaths-page.
-- Indexes deaths_by_time, deaths_by_host (by the second, the order within one is sorted); keys of lives and verdicts.
-- Conditions on the victim and the actor are looked up death by death, in the order of the page: a join on three columns
-- that go together looks to the planner as if it let almost nothing through, and it would read the whole table for a page.
-- `offset 0` keeps it from hashing all processes of a unit or login for the same reason.
select d.*, (select b.booted_at from boots b where b.id = d.boot) as booted_at
from deaths d
where ($1::int is null or d.host_id = $1::int)
  and ($2::timestamptz is null or d.ended_s >= second_of($2::timestamptz))
  and ($2::timestamptz is null or d.died_at >= $2::timestamptz)
  and ($3::timestamptz is null or d.ended_s <= second_of($3::timestamptz))
  and ($3::timestamptz is null or d.died_at < $3::timestamptz)
  and ($17::text is null or exists (select from hosts h where h.id = d.host_id and h.labels @> all (select jsonb_array_elements($17::text::jsonb)) offset 0))
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
    select from verdicts v
    join boots b on b.id = v.boot
    join processes a on a.day = day_of(b.first_booted_at, v.actor_start_ns) and a.boot = v.boot and a.pid = v.actor_pid and a.start_ns = v.actor_start_ns
    where v.day = d.day and v.boot = d.boot and v.pid = d.pid and v.start_ns = d.start_ns and a.login_name = $9::text
    offset 0))
  and ($10::int is null or d.pid = $10::int)
  and ($1::int is null or $10::int is null or d.boot = any (array(select id from boots where host_id = $1::int)))
  and ($12::timestamptz is null or d.ended_s <= second_of($12::timestamptz))
  and ($12::timestamptz is null or (d.died_at, d.boot, d.pid, d.start_ns) < ($12::timestamptz, $13::int, $14::int, $15::bigint))
order by d.ended_s desc, d.died_at desc, d.boot desc, d.pid desc, d.start_ns desc
limit $16::int
