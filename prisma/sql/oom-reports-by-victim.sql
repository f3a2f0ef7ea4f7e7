-- The reports of the OOM killer that name given lives as victims, each with what it says of that victim; earliest first.
-- $1 int[] boots, $2 int[] pids, $3 bigint[] start times
-- Index oom_victims (boot, pid, start_ns); primary key of oom_reports.
select r.*, v.pid, v.start_ns, v.uid, v.score, v.oom_score_adj, v.total_vm_bytes, v.anon_rss_bytes, v.file_rss_bytes,
  v.shmem_rss_bytes, v.page_tables_bytes
from unnest($1::int[], $2::int[], $3::bigint[]) as k(boot, pid, start_ns)
join oom_victims v using (boot, pid, start_ns)
join oom_reports r using (boot, line)
order by r.at_ns, r.line
