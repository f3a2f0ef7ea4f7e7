-- The same as death-counts.sql from the deaths themselves: for what is not counted by, and for parts of an hour. Those that are not
-- decided yet are left out here, too. A condition whose parameter is null does not apply.
-- $1 timestamptz since, $2 timestamptz until, $3 int host id, $4 text[] causes, $5 text[] actor kinds, $6 int[] signals,
-- $7 text exe (whole path, or last component), $8 text login name of the actor, $9 text unit, $10 text JSON array of labels, each an
-- object: the host has all of them, $11 text[] what to group by, $12 int hours of a bucket, or null, $13 int most groups,
-- $14 int pid, $15 text within command line or comm, $16 int most deaths to look at
-- Returns with every group how many deaths were looked at: one more than $16 means that there are more.
-- Indexes deaths_by_time, deaths_by_host, or the key of lives where there is a pid; keys of lives and verdicts in the partition of the day.
with seen as materialized (
  select d.boot, d.pid, d.start_ns, d.day
  from deaths d
  where ($3::int is null or d.host_id = $3::int)
    and ($1::timestamptz is null or d.ended_s >= second_of($1::timestamptz))
    and ($1::timestamptz is null or d.died_at >= $1::timestamptz)
    and ($2::timestamptz is null or d.ended_s <= second_of($2::timestamptz))
    and ($2::timestamptz is null or d.died_at < $2::timestamptz)
    and ($14::int is null or d.pid = $14::int)
    and ($3::int is null or $14::int is null or d.boot = any (array(select id from boots where host_id = $3::int)))
  order by d.ended_s desc, d.died_at desc, d.boot desc, d.pid desc, d.start_ns desc
  limit $16::int + 1
), alike as (
  select case when $12::int is null then null else (g.hour / $12::int) * $12::int end as bucket,
    case when 'CAUSE' = any ($11::text[]) then g.cause end as cause,
    case when 'ACTOR' = any ($11::text[]) then g.actor end as actor,
    case when 'HOST' = any ($11::text[]) then g.host_id end as host_id,
    case when 'UNIT' = any ($11::text[]) then g.unit end as unit,
    case when 'EXE' = any ($11::text[]) then g.exe end as exe,
    case when 'KILLER' = any ($11::text[]) then g.killer end as killer,
    case when 'LOGIN' = any ($11::text[]) then g.login end as login,
    case when 'SIGNAL' = any ($11::text[]) then g.signal end as signal,
    count(*) as count
  from seen s
  join verdicts v on v.day = s.day and v.boot = s.boot and v.pid = s.pid and v.start_ns = s.start_ns
  join death_counts g on g.id = v.cell
  where ($4::text[] is null or g.cause in (select id from death_count_names where name = any ($4::text[])))
    and ($5::text[] is null or g.actor in (select id from death_count_names where name = any ($5::text[])))
    and ($6::int[] is null or g.signal = any ($6::int[]))
    and ($7::text is null or g.exe in (
      select id from death_count_names
      where name = $7::text or (strpos($7::text, '/') = 0 and split_part(name, '/', -1) = $7::text)))
    and ($8::text is null or g.login in (select id from death_count_names where name = $8::text))
    and ($9::text is null or g.unit in (select id from death_count_names where name = $9::text))
    and ($10::text is null or g.host_id in (
      select h.id from hosts h where h.labels @> all (select jsonb_array_elements($10::text::jsonb))))
    and ($15::text is null or exists (
      select from processes p
      where p.day = s.day and p.boot = s.boot and p.pid = s.pid and p.start_ns = s.start_ns
        and (strpos(array_to_string(p.args, ' '), $15::text) > 0 or strpos(p.comm, $15::text) > 0)
      offset 0))
  group by 1, 2, 3, 4, 5, 6, 7, 8, 9
)
select (select count(*)::int from seen) as seen, a.bucket, c.name as cause, k.name as actor, a.host_id,
  nullif(u.name, '') as unit, nullif(e.name, '') as exe, nullif(w.name, '') as killer, nullif(l.name, '') as login,
  nullif(a.signal, 0) as signal, 1 in (a.unit, a.exe, a.killer, a.login) is true as other, coalesce(a.count, 0)::bigint as count
from (select) as always left join alike a on true
left join death_count_names c on c.id = a.cause
left join death_count_names k on k.id = a.actor
left join death_count_names u on u.id = a.unit
left join death_count_names e on e.id = a.exe
left join death_count_names w on w.id = a.killer
left join death_count_names l on l.id = a.login
limit $13::int
