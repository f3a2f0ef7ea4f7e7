-- Hosts of the fleet: how many, who listens, who is in trouble (a service died lately that nobody had asked to stop), and who has
-- a job at work that restarts or reboots.
-- $1 interval that a stream may be silent, $2 interval of "lately", $3 text[] causes of wanted ends
-- Indexes deaths (died_at, …), job_commands_open; the rest is one row a host.
with online as (
  select host_id from command_streams where seen_at > now() - $1::interval
), trouble as (
  select distinct d.host_id from deaths d
  join processes p using (boot, pid, start_ns)
  where d.died_at > now() - $2::interval and d.cause <> all ($3::text[]) and p.unit like '%.service'
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
