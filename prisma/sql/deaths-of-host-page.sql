-- A page of a host's deaths, newest first: what deaths-page says of a host, planned once. A condition whose parameter is null does not apply.
-- $1 int host id, $2 timestamptz since, $3 timestamptz until, $4 text[] causes, $5 text[] actor kinds, $6 int[] signals,
-- $7 text exe (whole path, or last component), $8 text within command line or comm, $9 text login name of the actor, $10 text unit,
-- $11 timestamptz, $12 int, $13 int, $14 bigint: the key after which the page begins,
-- $15 int limit, $16 text JSON array of labels, each an object: the host has all of them
-- Index deaths_by_host (by the second, the order within one is sorted); keys of lives and verdicts, death by death, in the order of the page.
-- `offset 0`: conditions that are looked up elsewhere would be there once for each partition, and take longer to set up than all else.
select d.*, (select b.booted_at from boots b where b.id = d.boot) as booted_at
from (
  select * from deaths d
  where d.host_id = $1::int
    and d.ended_s >= coalesce(second_of($2::timestamptz), -2147483647)
    and d.ended_s <= least(coalesce(second_of($3::timestamptz), 2147483647), coalesce(second_of($11::timestamptz), 2147483647))
    and ($6::int[] is null or d.signal = any ($6::int[]))
  order by d.ended_s desc, d.died_at desc, d.boot desc, d.pid desc, d.start_ns desc
  offset 0) d
where ($2::timestamptz is null or d.died_at >= $2::timestamptz)
  and ($3::timestamptz is null or d.died_at < $3::timestamptz)
  and ($16::text is null or exists (select from hosts h where h.id = $1::int and h.labels @> all (select jsonb_array_elements($16::text::jsonb))))
  and ($4::text[] is null or d.cause = any ($4::text[]))
  and ($5::text[] is null or d.actor_kind = any ($5::text[]))
  and (($7::text is null and $8::text is null and $10::text is null) or exists (
    select from processes p
    where p.day = d.day and p.boot = d.boot and p.pid = d.pid and p.start_ns = d.start_ns
      and ($10::text is null or p.unit = $10::text)
      and ($7::text is null or p.exe = $7::text or (strpos($7::text, '/') = 0 and split_part(p.exe, '/', -1) = $7::text))
      and ($8::text is null or strpos(array_to_string(p.args, ' '), $8::text) > 0 or strpos(p.comm, $8::text) > 0)
    offset 0))
  and ($9::text is null or exists (
    select from boots b
    join processes a on a.day = day_of(b.first_booted_at, d.actor_start_ns) and a.boot = b.id and a.pid = d.actor_pid and a.start_ns = d.actor_start_ns
    where b.id = d.boot and a.login_name = $9::text
    offset 0))
  and ($11::timestamptz is null or (d.died_at, d.boot, d.pid, d.start_ns) < ($11::timestamptz, $12::int, $13::int, $14::bigint))
order by d.ended_s desc, d.died_at desc, d.boot desc, d.pid desc, d.start_ns desc
limit $15::int
