-- How many deaths are alike, by hours, from what is counted as verdicts are saved. A condition whose parameter is null does not apply.
-- $1 int from hour, $2 int before hour (hours since 1970, UTC), $3 int host id, $4 text[] causes, $5 text[] actor kinds, $6 int[] signals,
-- $7 text exe (whole path, or last component), $8 text login, $9 text unit, $10 text JSON array of labels, each an object: the host has
-- all of them, $11 text[] what to group by, $12 int hours of a bucket, or null, $13 int limit
-- Indexes death_counts (hour), death_counts_cell. The names, of which there are not many, are read once where a name is looked for.
with alike as (
  select case when $12::int is null then null else (g.hour / $12::int) * $12::int end as bucket,
    case when 'CAUSE' = any ($11::text[]) then g.cause end as cause,
    case when 'ACTOR' = any ($11::text[]) then g.actor end as actor,
    case when 'HOST' = any ($11::text[]) then g.host_id end as host_id,
    case when 'UNIT' = any ($11::text[]) then g.unit end as unit,
    case when 'EXE' = any ($11::text[]) then g.exe end as exe,
    case when 'KILLER' = any ($11::text[]) then g.killer end as killer,
    case when 'LOGIN' = any ($11::text[]) then g.login end as login,
    case when 'SIGNAL' = any ($11::text[]) then g.signal end as signal,
    sum(g.count) as count
  from death_counts g
  where ($1::int is null or g.hour >= $1::int)
    and ($2::int is null or g.hour < $2::int)
    and ($3::int is null or g.host_id = $3::int)
    and ($10::text is null or g.host_id in (
      select h.id from hosts h where h.labels @> all (select jsonb_array_elements($10::text::jsonb))))
    and ($4::text[] is null or g.cause in (select id from death_count_names where name = any ($4::text[])))
    and ($5::text[] is null or g.actor in (select id from death_count_names where name = any ($5::text[])))
    and ($6::int[] is null or g.signal = any ($6::int[]))
    and ($7::text is null or g.exe in (
      select id from death_count_names
      where name = $7::text or (strpos($7::text, '/') = 0 and split_part(name, '/', -1) = $7::text)))
    and ($8::text is null or g.login in (select id from death_count_names where name = $8::text))
    and ($9::text is null or g.unit in (select id from death_count_names where name = $9::text))
  group by 1, 2, 3, 4, 5, 6, 7, 8, 9
  having sum(g.count) > 0
)
select a.bucket, c.name as cause, k.name as actor, a.host_id,
  nullif(u.name, '') as unit, nullif(e.name, '') as exe, nullif(w.name, '') as killer, nullif(l.name, '') as login,
  nullif(a.signal, 0) as signal, 1 in (a.unit, a.exe, a.killer, a.login) is true as other, a.count::bigint as count
from alike a
left join death_count_names c on c.id = a.cause
left join death_count_names k on k.id = a.actor
left join death_count_names u on u.id = a.unit
left join death_count_names e on e.id = a.exe
left join death_count_names w on w.id = a.killer
left join death_count_names l on l.id = a.login
order by a.bucket, a.count desc, a.host_id, c.name, k.name, a.signal, u.name, e.name, w.name, l.name
limit $13::int
