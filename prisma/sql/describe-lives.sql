-- Lives that are stored, described anew. A later description (by boot clock) replaces an earlier one; what is told of a dead one
-- later than its death no less. An image that has sent signals is kept in former_images, because "who did it" means who it was when
-- it did it. Signals of the batch must be stored before this runs. `execs` are the times of all execs of that life in the batch.
-- $1 int[] boots, $2 text JSON array, one object a life, no life twice; `n` says which boot, from 1
-- Primary keys of images and contexts, key of lives in the partition of the day; index signals (boot, sender_pid, sender_start_ns, at_ns).
with incoming as (
  select ($1::int[])[i.n] as boot, i.*
  from json_to_recordset($2::text::json) as i(
    n int, pid int, start_ns bigint, day smallint, parent_pid int, parent_start_ns bigint, seen_ns bigint, exec_ns bigint,
    comm text, exe text, args text[], args_cut boolean, uid bigint, user_name text, login_uid bigint, login_name text,
    login_session bigint, tty text, cgroup text, unit text,
    container_id text, container_runtime text, container_pod text, login_source text, execs bigint[])
), replaced as (
  -- The stored image ended at the first exec of the batch that came after its own.
  select p.*, (select min(e) from unnest(i.execs) e where e > coalesce(p.exec_ns, 0)) as until_ns
  from incoming i
  join processes p on p.day = i.day and p.boot = i.boot and p.pid = i.pid and p.start_ns = i.start_ns
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
), merged as (
  select p.boot, p.pid, p.start_ns, p.day, i.seen_ns,
    coalesce(p.parent_pid, i.parent_pid, -1) as parent_pid, coalesce(p.parent_start_ns, i.parent_start_ns, -1) as parent_start_ns,
    exec_offset(p.start_ns, coalesce(i.exec_ns, p.exec_ns)) as exec_offset,
    i.comm, coalesce(i.exe, p.exe) as exe, case when cardinality(i.args) > 0 then i.args else p.args end as args,
    coalesce(i.args_cut, false) as args_cut, p.origin, p.kernel_thread,
    coalesce(i.uid, p.uid) as uid, coalesce(i.user_name, p.user_name) as user_name, coalesce(i.login_uid, p.login_uid) as login_uid,
    coalesce(i.login_name, p.login_name) as login_name, coalesce(i.login_session, p.login_session) as login_session,
    coalesce(i.tty, p.tty) as tty, coalesce(i.cgroup, p.cgroup) as cgroup,
    -- Whoever says where it runs says it whole: a process can be moved out of a unit.
    case when i.cgroup is null then p.unit else i.unit end as unit,
    case when i.cgroup is null then p.container_id else i.container_id end as container_id,
    case when i.cgroup is null then p.container_runtime else i.container_runtime end as container_runtime,
    case when i.cgroup is null then p.container_pod else i.container_pod end as container_pod,
    coalesce(i.login_source, p.login_source) as login_source
  from incoming i
  join processes p on p.day = i.day and p.boot = i.boot and p.pid = i.pid and p.start_ns = i.start_ns
  where i.seen_ns >= p.seen_ns
), named as materialized (
  select m.*, image_id(m.comm, m.exe, m.args, m.args_cut) as image,
    context_of(m.origin, m.kernel_thread, m.uid, m.user_name, m.login_uid, m.login_name, m.login_session, m.tty, m.cgroup, m.unit,
      m.container_id, m.container_runtime, m.container_pod, m.login_source) as context
  from merged m
), new_images as (
  insert into images as s (id, day, args_cut, comm, exe, args)
  select distinct on (image) image, day, args_cut, comm, exe, args from named order by image, day desc
  on conflict (id) do update set day = excluded.day where s.day < excluded.day
), new_contexts as (
  insert into contexts as s (id, day, kernel_thread, origin, uid, user_name, login_uid, login_name, login_session, tty, cgroup, unit,
    container_id, container_runtime, container_pod, login_source)
  select distinct on (context) context, day, kernel_thread, origin, uid, user_name, login_uid, login_name, login_session, tty, cgroup,
    unit, container_id, container_runtime, container_pod, login_source
  from named order by context, day desc
  on conflict (id) do update set day = excluded.day where s.day < excluded.day
)
update lives l set parent_pid = m.parent_pid, parent_start_ns = m.parent_start_ns, exec_offset = m.exec_offset, image = m.image,
  context = m.context, mark_ns = case when l.ending > 0 then l.mark_ns else m.seen_ns end,
  started_rest = (l.started_rest & 1023) + case when asks_for_stops(m.comm) then 1024 else 0 end
from named m
where l.day = m.day and l.boot = m.boot and l.pid = m.pid and l.start_ns = m.start_ns
