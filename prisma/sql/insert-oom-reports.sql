-- Reports of the OOM killer with their victims and candidates, each report once; a victim whose death is already stored
-- wants its verdict again.
-- $1 int boot, $2 int host id, $3 timestamptz boot-clock zero, $4 text JSON array of events, with `line`
-- Returns how many deaths want a verdict now. Primary key of oom_reports; key of lives in the partition of the day.
with incoming as (
  select * from jsonb_to_recordset($4::text::jsonb) as i(
    line bigint, at bigint, reconstructed boolean, "constraint" text, trigger jsonb, cgroup text, "victimCgroup" text,
    memory jsonb, "groupKill" boolean, cut boolean, victims jsonb, tasks jsonb)
), stored as (
  insert into oom_reports (boot, line, host_id, at_ns, at, reconstructed, bound_by, trigger_pid, trigger_start_ns,
    trigger_comm, trigger_oom_score_adj, gfp_mask, gfp_order, cgroup, victim_cgroup, memory, group_kill, cut)
  select $1::int, i.line, $2::int, i.at, $3::timestamptz + i.at / 1000 * interval '1 microsecond',
    coalesce(i.reconstructed, false), i."constraint",
    coalesce((i.trigger->'process'->>'pid')::int, (i.trigger->>'pid')::int), (i.trigger->'process'->>'start')::bigint,
    i.trigger->>'comm', (i.trigger->>'oomScoreAdj')::smallint, i.trigger->>'gfpMask', (i.trigger->>'order')::smallint,
    i.cgroup, i."victimCgroup", i.memory, coalesce(i."groupKill", false), coalesce(i.cut, false)
  from incoming i
  on conflict do nothing
  returning line
), victims as (
  select i.line, v.position, coalesce((v.process->>'pid')::int, v.pid) as pid, (v.process->>'start')::bigint as start_ns,
    v.comm, v.uid, v.score, v.oom_score_adj, v.total_vm, v.anon_rss, v.file_rss, v.shmem_rss, v.page_tables
  from incoming i
  join stored using (line)
  cross join lateral rows from (jsonb_to_recordset(i.victims) as (
    pid int, comm text, process jsonb, uid bigint, score bigint, "oomScoreAdj" smallint, "totalVm" bigint,
    "anonRss" bigint, "fileRss" bigint, "shmemRss" bigint, "pageTables" bigint)) with ordinality
    as v(pid, comm, process, uid, score, oom_score_adj, total_vm, anon_rss, file_rss, shmem_rss, page_tables, position)
), killed as (
  insert into oom_victims (boot, line, position, pid, start_ns, comm, uid, score, oom_score_adj, total_vm_bytes,
    anon_rss_bytes, file_rss_bytes, shmem_rss_bytes, page_tables_bytes)
  select $1::int, v.line, v.position, v.pid, v.start_ns, v.comm, v.uid, v.score, v.oom_score_adj, v.total_vm, v.anon_rss,
    v.file_rss, v.shmem_rss, v.page_tables
  from victims v
  on conflict do nothing
), candidates as (
  insert into oom_tasks (boot, line, position, pid, thread_group, uid, comm, total_vm_bytes, rss_bytes, swap_bytes,
    page_tables_bytes, oom_score_adj)
  select $1::int, i.line, t.position, t.pid, t.thread_group, t.uid, t.comm, t.total_vm, t.rss, t.swap, t.page_tables,
    t.oom_score_adj
  from incoming i
  join stored using (line)
  cross join lateral rows from (jsonb_to_recordset(i.tasks) as (
    pid int, "threadGroup" int, uid bigint, comm text, "totalVm" bigint, rss bigint, swap bigint, "pageTables" bigint,
    "oomScoreAdj" smallint)) with ordinality
    as t(pid, thread_group, uid, comm, total_vm, rss, swap, page_tables, oom_score_adj, position)
  on conflict do nothing
), reopened as (
  insert into pending_verdicts (boot, pid, start_ns)
  select distinct $1::int, v.pid, v.start_ns
  from (select v.*, day_of(b.first_booted_at, v.start_ns) as day from victims v join boots b on b.id = $1::int offset 0) v
  where exists (
    select from lives d
    where d.day = v.day and d.boot = $1::int and d.pid = v.pid and d.start_ns = v.start_ns and d.ending > 0
    offset 0)
  on conflict do nothing
  returning 1
)
select count(*)::int as pending from reopened
