-- Hosts of the fleet: how many, who listens, who is in trouble (a service died lately that nobody had asked to stop), and who has
-- a job at work that restarts or reboots.
-- $1 interval that a stream may be silent, $2 interval of "lately", $3 text[] causes of wanted ends
-- Indexes deaths_by_time, job_commands_open; the rest is one row a host.
with online as (
  select host_id from command_streams where seen_at > now() - $1::interval
), trouble as (
  select distinct d.host_id
  from (select l.host_id, l.day, l.boot, l.pid, l.start_ns from lives l
    where l.ending > 0 and l.ended_s >= second_of(now() - $2::interval)
      and moment_of(l.ended_s, l.ended_rest & 1023) > now() - $2::interval offset 0) d
  where exists (
      select from verdicts v
      where v.day = d.day and v.boot = d.boot and v.pid = d.pid and v.start_ns = d.start_ns and v.cause <> all ($3::text[])
      offset 0)
    and exists (
      select from processes p
      where p.day = d.day and p.boot = d.boot and p.pid = d.pid and p.start_ns = d.start_ns and p.unit like '%.service'
      offset 0)
), disturbed as (
  select distinct c.host_id from job_commands c join jobs j on j.id = c.job_id
  where c.ended_at is null and c.state in ('SIGNED', 'SENT', 'RUNNING') and j.action in ('RESTART_SERVICE', 'REBOOT_HOST')
)
select (select count(*)::int from hosts) as hosts,
  (select count(*)::int from online where host_id not in (select host_id from trouble)) as healthy,
  (select count(*)::int from trouble) as in_trouble,
  (select count(*)::int from disturbed where host_id in (select host_id from online)
    and host_id not in (select host_id from trouble)) as disturbed,
  array(select host_id from online) as online_hosts,
  array(select host_id from trouble) as trouble_hosts
