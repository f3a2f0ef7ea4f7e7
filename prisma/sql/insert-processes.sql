-- Lives, described or described anew. A later description (by boot clock) replaces an earlier one; an image that has
-- sent signals is kept in former_images, because "who did it" means who it was when it did it. Signals of the batch
-- must be stored before this runs. `execs` are the times of all execs of that life in the batch; `ended_ns` is its end, where
-- the batch has that too: a short life is written once. Of a life that is known already insert-deaths.sql sets the end.
-- $1 int[] boots, $2 int[] host ids, $3 timestamptz[] boot-clock zeros, $4 text JSON array, one object a life, no life twice; `n`
-- says which boot, from 1
-- Primary key of processes; index signals (boot, sender_pid, sender_start_ns, at_ns).
with incoming as (
  select ($1::int[])[i.n] as boot, ($2::int[])[i.n] as host_id, ($3::timestamptz[])[i.n] as booted_at, i.*
  from json_to_recordset($4::text::json) as i(
    n int, pid int, start_ns bigint, parent_pid int, parent_start_ns bigint, origin text, seen_ns bigint, exec_ns bigint,
    comm text, exe text, args text[], args_cut boolean, uid bigint, user_name text, login_uid bigint, login_name text,
    login_session bigint, tty text, cgroup text, unit text,
    container_id text, container_runtime text, container_pod text, login_source text, kernel_thread boolean, execs bigint[],
    ended_ns bigint)
), replaced as (
  -- The stored image ended at the first exec of the batch that came after its own.
  select p.*, (select min(e) from unnest(i.execs) e where e > coalesce(p.exec_ns, 0)) as until_ns
  from incoming i
  join processes p on p.boot = i.boot and p.pid = i.pid and p.start_ns = i.start_ns
  -- Few have sent any: the others need not be looked up.
  where i.execs is not null
    and exists (select from signals s where s.boot = i.boot and s.sender_pid = i.pid and s.sender_start_ns = i.start_ns)
), retired as (
  insert into former_images (boot, pid, start_ns, until_ns, comm, exe, args, args_cut)
  select r.boot, r.pid, r.start_ns, r.until_ns, r.comm, r.exe, r.args, r.args_cut
  from replaced r
  where r.until_ns is not null
    and exists (select from signals s
                where s.boot = r.boot and s.sender_pid = r.pid and s.sender_start_ns = r.start_ns and s.at_ns < r.until_ns)
  on conflict do nothing
)
insert into processes as p (boot, pid, start_ns, host_id, parent_pid, parent_start_ns, origin, seen_ns, exec_ns, comm, exe,
  args, args_cut, uid, user_name, login_uid, login_name, login_session, tty, cgroup, unit,
  container_id, container_runtime, container_pod, login_source, kernel_thread, started_at, ended_at)
select i.boot, i.pid, i.start_ns, i.host_id, i.parent_pid, i.parent_start_ns, i.origin, i.seen_ns, i.exec_ns, i.comm, i.exe,
  coalesce(i.args, '{}'), coalesce(i.args_cut, false), i.uid, i.user_name, i.login_uid, i.login_name, i.login_session, i.tty,
  i.cgroup, i.unit, i.container_id, i.container_runtime, i.container_pod, i.login_source, coalesce(i.kernel_thread, false),
  i.booted_at + i.start_ns / 1000 * interval '1 microsecond', i.booted_at + i.ended_ns / 1000 * interval '1 microsecond'
from incoming i
on conflict (boot, pid, start_ns) do update set
  parent_pid = coalesce(p.parent_pid, excluded.parent_pid),
  parent_start_ns = coalesce(p.parent_start_ns, excluded.parent_start_ns),
  seen_ns = excluded.seen_ns,
  exec_ns = coalesce(excluded.exec_ns, p.exec_ns),
  comm = excluded.comm,
  exe = coalesce(excluded.exe, p.exe),
  args = case when cardinality(excluded.args) > 0 then excluded.args else p.args end,
  args_cut = excluded.args_cut,
  uid = coalesce(excluded.uid, p.uid),
  user_name = coalesce(excluded.user_name, p.user_name),
  login_uid = coalesce(excluded.login_uid, p.login_uid),
  login_name = coalesce(excluded.login_name, p.login_name),
  login_session = coalesce(excluded.login_session, p.login_session),
  tty = coalesce(excluded.tty, p.tty),
  cgroup = coalesce(excluded.cgroup, p.cgroup),
  -- Whoever says where it runs says it whole: a process can be moved out of a unit.
  unit = case when excluded.cgroup is null then p.unit else excluded.unit end,
  container_id = case when excluded.cgroup is null then p.container_id else excluded.container_id end,
  container_runtime = case when excluded.cgroup is null then p.container_runtime else excluded.container_runtime end,
  container_pod = case when excluded.cgroup is null then p.container_pod else excluded.container_pod end,
  login_source = coalesce(excluded.login_source, p.login_source)
where excluded.seen_ns >= p.seen_ns
