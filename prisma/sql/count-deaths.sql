-- Counts deaths where their verdicts belong, and takes them off where they were counted before. Whoever calls this has the verdicts that
-- are there locked (lock-verdicts.sql), and stores the cells.
-- $1 int[] boots, $2 int[] pids, $3 bigint[] start times, none twice; $4 text[] causes, $5 text[] actor kinds, $6 int[] pids and
-- $7 bigint[] start times of the actors, or null; $8 int most names, $9 int most cells of a host in an hour
-- Returns boot, pid, start_ns, cell: a death without a life (its day was dropped) has none and is not counted.
-- Names and cells that find no room are `other`, 1; causes and actors always do. The image of a killer is the one that it had at the death.
-- One statement adds and subtracts, in the order of the cells: several workers at once wait for each other, not in a circle.
-- What several parts read is materialized: the planner thinks it small, and would work it out again for each row.
-- Keys of lives and primary key of verdicts in the partition of the day; primary keys of former_images, death_counts; indexes
-- death_count_names (name), death_counts_cell.
with wanted as (
  select k.*, day_of(b.first_booted_at, k.start_ns) as day, day_of(b.first_booted_at, k.actor_start_ns) as actor_day
  from unnest($1::int[], $2::int[], $3::bigint[], $4::text[], $5::text[], $6::int[], $7::bigint[])
    as k(boot, pid, start_ns, cause, actor, actor_pid, actor_start_ns)
  join boots b on b.id = k.boot
  -- First, so that the day finds the partition.
  offset 0
), dead as materialized (
  select k.boot, k.pid, k.start_ns, k.day, l.host_id,
    floor(extract(epoch from moment_of(l.ended_s, l.ended_rest & 1023)) / 3600)::int as hour, greatest((l.ending - 1) / 257 - 1, 0)::smallint as signal,
    k.cause, k.actor, nullif(left(c.unit, 255), '') as unit, left(coalesce(nullif(i.exe, ''), nullif(i.comm, '')), 255) as exe,
    nullif(left(a.killer, 255), '') as killer, nullif(left(a.login, 255), '') as login
  from wanted k
  join lives l on l.day = k.day and l.boot = k.boot and l.pid = k.pid and l.start_ns = k.start_ns and l.ending > 0
  join images i on i.id = l.image
  join contexts c on c.id = l.context
  left join lateral (
    select coalesce(f.exe, f.comm, p.exe, nullif(p.comm, '')) as killer, p.login_name as login
    from processes p
    left join lateral (
      select f.exe, f.comm from former_images f
      where f.boot = p.boot and f.pid = p.pid and f.start_ns = p.start_ns and f.until_ns > l.mark_ns
      order by f.until_ns limit 1) f on true
    where p.day = k.actor_day and p.boot = k.boot and p.pid = k.actor_pid and p.start_ns = k.actor_start_ns
      and (k.actor_pid, k.actor_start_ns) <> (k.pid, k.start_ns)) a on true
), said as (
  select name, bool_or(place <= 2) as always from dead, unnest(array[cause, actor, unit, exe, killer, login]) with ordinality as n(name, place)
  where name is not null group by name
), known as (
  select n.id, n.name from said join death_count_names n using (name)
), interned as (
  insert into death_count_names (name)
  select name from said
  where not exists (select from known where known.name = said.name)
    and (always or (select max(id) from death_count_names) < $8::int)
  order by name
  -- Another worker may have been faster, which this statement does not see yet.
  on conflict (name) do update set name = excluded.name
  returning id, name
), ids as (
  select id, name from known union all select id, name from interned
), named as materialized (
  select d.boot, d.pid, d.start_ns, d.day, d.host_id, d.hour, c.id as cause, k.id as actor, d.signal,
    case when d.unit is null then 0 else coalesce(u.id, 1) end as unit,
    case when d.exe is null then 0 else coalesce(e.id, 1) end as exe,
    case when d.killer is null then 0 else coalesce(w.id, 1) end as killer,
    case when d.login is null then 0 else coalesce(l.id, 1) end as login
  from dead d join ids c on c.name = d.cause join ids k on k.name = d.actor
  left join ids u on u.name = d.unit left join ids e on e.name = d.exe
  left join ids w on w.name = d.killer left join ids l on l.name = d.login
), ranked as materialized (
  select host_id, hour, cause, actor, signal, unit, exe, killer, login,
    row_number() over (partition by host_id, hour order by min(start_ns), cause, actor, signal, unit, exe, killer, login) as position
  from named n
  where not exists (
    select from death_counts g
    where (g.host_id, g.hour, g.cause, g.actor, g.signal, g.unit, g.exe, g.killer, g.login)
      = (n.host_id, n.hour, n.cause, n.actor, n.signal, n.unit, n.exe, n.killer, n.login))
  group by host_id, hour, cause, actor, signal, unit, exe, killer, login
), room as materialized (
  select n.host_id, n.hour, $9::int - (select count(*) from death_counts g where g.host_id = n.host_id and g.hour = n.hour) as cells
  from (select distinct host_id, hour from ranked) n
), crowded as materialized (
  select r.* from ranked r join room using (host_id, hour) where r.position > room.cells
), placed as materialized (
  select n.boot, n.pid, n.start_ns, n.day, n.host_id, n.hour, n.cause, n.actor, n.signal,
    case when c.host_id is null then n.unit else least(n.unit, 1) end as unit,
    case when c.host_id is null then n.exe else least(n.exe, 1) end as exe,
    case when c.host_id is null then n.killer else least(n.killer, 1) end as killer,
    case when c.host_id is null then n.login else least(n.login, 1) end as login
  from named n left join crowded c using (host_id, hour, cause, actor, signal, unit, exe, killer, login)
), moved as (
  select host_id, hour, cause, actor, signal, unit, exe, killer, login, 1 as n from placed
  union all
  select g.host_id, g.hour, g.cause, g.actor, g.signal, g.unit, g.exe, g.killer, g.login, -1
  from placed p
  join verdicts v on v.day = p.day and v.boot = p.boot and v.pid = p.pid and v.start_ns = p.start_ns
  join death_counts g on g.id = v.cell
), net as (
  select host_id, hour, cause, actor, signal, unit, exe, killer, login, sum(n) as n
  from moved group by host_id, hour, cause, actor, signal, unit, exe, killer, login
), changed as (
  insert into death_counts (host_id, hour, cause, actor, signal, unit, exe, killer, login, count)
  select host_id, hour, cause, actor, signal, unit, exe, killer, login, n from net where n <> 0
  order by host_id, hour, cause, actor, signal, unit, exe, killer, login
  on conflict (host_id, hour, cause, actor, signal, unit, exe, killer, login) do update set count = death_counts.count + excluded.count
  returning id, host_id, hour, cause, actor, signal, unit, exe, killer, login
), cells as materialized (
  select * from changed
  union
  select g.id, g.host_id, g.hour, g.cause, g.actor, g.signal, g.unit, g.exe, g.killer, g.login
  from net n join death_counts g
    on (g.host_id, g.hour, g.cause, g.actor, g.signal, g.unit, g.exe, g.killer, g.login)
      = (n.host_id, n.hour, n.cause, n.actor, n.signal, n.unit, n.exe, n.killer, n.login)
)
select p.boot, p.pid, p.start_ns, c.id as cell
from placed p join cells c using (host_id, hour, cause, actor, signal, unit, exe, killer, login)
