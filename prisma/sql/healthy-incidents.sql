-- Incidents that are over: nothing more came for a while, every host in them was heard since, and what had died runs again.
-- A life runs again when one of the same unit and command, or of the same unit and parent, began later on that boot or a later
-- one, and lives a while or ended as it should. What has no unit is over when nothing more dies. What a policy left to people
-- is over when somebody says so.
-- $1 interval that counts as a while, $2 interval in which a host is heard, $3 text[] causes of wanted ends, $4 int how many at most
-- Index incidents_open_by_key, which holds those that are not over only; primary keys of incident_hosts, incident_members,
-- episodes and lives; indexes lives_open, deaths_by_host, lives_by_parent.
select i.id from incidents i
where i.resolved_at is null
  and (i.kind = 'SILENT_HOST' or i.latest_at < now() - $1::interval)
  and not exists (
    select from incident_hosts t
    join hosts h on h.id = t.host_id
    left join command_streams s on s.host_id = h.id
    cross join lateral (select greatest(h.last_seen_at, s.seen_at) as at) heard
    where t.incident_id = i.id and case i.kind
      when 'SILENT_HOST' then heard.at <= t.latest_at or heard.at < now() - $2::interval
      else heard.at < t.latest_at + $1::interval end)
  and case
    when i.kind = 'EPISODE' then not exists (
      select from incident_members m
      join episodes e on e.boot = split_part(m.ref, '.', 1)::int and e.pid = split_part(m.ref, '.', 2)::int
        and e.start_ns = split_part(m.ref, '.', 3)::bigint and e.state = split_part(m.ref, '.', 4)
        and e.since_ns = split_part(m.ref, '.', 5)::bigint
      where m.incident_id = i.id and m.kind = 'EPISODE' and (e.ended_at is null or e.ended_at > now() - $1::interval))
    when i.kind = 'DEATH' and i.unit like '%.service' then not exists (
      select from incident_hosts t
      join deaths d on d.boot = split_part(t.latest_ref, '.', 1)::int and d.pid = split_part(t.latest_ref, '.', 2)::int
        and d.start_ns = split_part(t.latest_ref, '.', 3)::bigint
      join processes v on v.day = d.day and v.boot = d.boot and v.pid = d.pid and v.start_ns = d.start_ns
      where t.incident_id = i.id and not exists (
        select from (
          select p.* from boots b
          join processes p on p.boot = b.id and p.ended_s = -2147483648 and p.command = v.command and p.exe = v.exe and p.args = v.args
          where b.host_id = d.host_id and (b.id = d.boot and p.start_ns > v.start_ns or b.booted_at > d.died_at)
          union all
          -- What is started from time to time: the host's latest deaths are looked through.
          select p.* from (
            select * from processes p where p.host_id = d.host_id and p.ending > 0 and p.ended_s >= d.ended_s
            order by p.ended_s desc limit 10000) p
          join boots b on b.id = p.boot
          where p.command = v.command and p.exe = v.exe and p.args = v.args
            and (p.boot = d.boot and p.start_ns > v.start_ns or b.booted_at > d.died_at)
          union all
          select p.* from processes p
          where p.parent_hash = v.parent_hash and p.boot = d.boot and p.parent_pid = v.parent_pid and p.parent_start_ns = v.parent_start_ns
            and p.start_ns > v.start_ns
        ) p
        left join deaths pd on pd.day = p.day and pd.boot = p.boot and pd.pid = p.pid and pd.start_ns = p.start_ns
        where p.unit = i.unit and p.started_at < now() - $1::interval
          and (p.ended_at is null or pd.cause = any ($3::text[]))))
    when i.kind = 'BREAKER' then false
    else true
  end
order by i.latest_at
limit $4::int
