-- A page of episodes, newest first. A condition whose parameter is null does not apply.
-- $1 int host id, $2 text[] states, $3 boolean still open, $4 timestamptz started since, $5 timestamptz started until,
-- $6 int pid, $7 text unit, $8 int, $9 int, $10 bigint: only of this life; $11 timestamptz, $12 int, $13 int, $14 bigint,
-- $15 text, $16 bigint: the key after which the page begins; $17 text[]: only these ids, $18 int[], $19 int[]:
-- their boots and pids, $20 int limit
-- Indexes episodes (started_at desc, …), (host_id, started_at desc, …), that of the open ones; primary key.
-- The unit is looked up episode by episode for the reason that deaths-page.sql gives.
select e.*, b.booted_at
from episodes e
join boots b on b.id = e.boot
where ($1::int is null or e.host_id = $1::int)
  and ($2::text[] is null or e.state = any ($2::text[]))
  and ($3::boolean is null or (e.ended_at is null) = $3::boolean)
  and ($4::timestamptz is null or e.started_at >= $4::timestamptz)
  and ($5::timestamptz is null or e.started_at < $5::timestamptz)
  and ($6::int is null or e.pid = $6::int)
  and ($7::text is null or exists (
    select from processes p
    where p.boot = e.boot and p.pid = e.pid and p.start_ns = e.start_ns and p.unit = $7::text
    offset 0))
  and ($8::int is null or (e.boot = $8::int and e.pid = $9::int and e.start_ns = $10::bigint))
  and ($11::timestamptz is null or (e.started_at, e.boot, e.pid, e.start_ns, e.state, e.since_ns)
    < ($11::timestamptz, $12::int, $13::int, $14::bigint, $15::text, $16::bigint))
  -- Boots and pids find them by the primary key, the ids are exact.
  and ($17::text[] is null or (e.boot = any ($18::int[]) and e.pid = any ($19::int[])
    and concat_ws('.', e.boot, e.pid, e.start_ns, e.state, e.since_ns) = any ($17::text[])))
order by e.started_at desc, e.boot desc, e.pid desc, e.start_ns desc, e.state desc, e.since_ns desc
limit $20::int
