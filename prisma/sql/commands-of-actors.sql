-- Commands for which given lives acted at given times.
-- $1 int[] boots, $2 int[] pids, $3 bigint[] starts, $4 bigint[] times (boot-clock ns)
-- Primary keys of job_actors, job_commands, jobs and job_approvals.
select distinct on (k.boot, k.pid, k.start_ns, k.at_ns, c.id)
  k.boot, k.pid, k.start_ns, k.at_ns, c.target, j.id as job, j.requested_by,
  array(select p.approved_by from job_approvals p where p.job_id = j.id order by p.at) as approved_by
from (select distinct * from unnest($1::int[], $2::int[], $3::bigint[], $4::bigint[]) as k(boot, pid, start_ns, at_ns)) k
join job_actors a on a.boot = k.boot and a.pid = k.pid and a.start_ns = k.start_ns and k.at_ns between a.from_ns and a.until_ns
join job_commands c on c.id = a.command_id
join jobs j on j.id = c.job_id
order by k.boot, k.pid, k.start_ns, k.at_ns, c.id
