-- Ends of lives: the death once, the end of the life and of what it was stuck in, and the wish for a verdict, in one
-- statement.
-- A death whose life was never described gets a bare life, so that every death has its process. A life dies once: a
-- second report of its death changes nothing.
-- $1 int[] boots, $2 int[] host ids, $3 timestamptz[] boot-clock zeros, $4 text JSON array, no life twice; `n` says which boot,
-- from 1
-- Returns how many deaths want a verdict now (the new ones), and the ids of episodes that are over. A zombie begins with
-- its death: its agent says when it is reaped.
-- Primary keys of deaths, processes, episodes.
with reported as (
  select ($1::int[])[i.n] as boot, ($2::int[])[i.n] as host_id, ($3::timestamptz[])[i.n] as booted_at, i.*
  from json_to_recordset($4::text::json) as i(
    n int, pid int, start_ns bigint, died_ns bigint, exit_code smallint, signal smallint, core_dumped boolean,
    cpu_ns bigint, peak_rss_bytes bigint, reconstructed boolean)
), incoming as (
  select r.*, (r.booted_at + r.died_ns / 1000 * interval '1 microsecond')::timestamptz(3) as died_at
  from reported r
  where not exists (select from deaths d where d.boot = r.boot and d.pid = r.pid and d.start_ns = r.start_ns)
), born as (
  insert into processes (boot, pid, start_ns, host_id, origin, seen_ns, comm, args, started_at, ended_at)
  select i.boot, i.pid, i.start_ns, i.host_id, 'exit', i.died_ns, '', '{}',
    i.booted_at + i.start_ns / 1000 * interval '1 microsecond', i.died_at
  from incoming i
  -- Most were described and ended in one batch: insert-processes.sql has written that end.
  where not exists (
    select from processes p
    where p.boot = i.boot and p.pid = i.pid and p.start_ns = i.start_ns and p.ended_at = i.died_at)
  on conflict (boot, pid, start_ns) do update set ended_at = excluded.ended_at
), died as (
  insert into deaths (boot, pid, start_ns, host_id, died_ns, died_at, exit_code, signal, core_dumped, cpu_ns,
    peak_rss_bytes, reconstructed)
  select i.boot, i.pid, i.start_ns, i.host_id, i.died_ns, i.died_at, i.exit_code, i.signal, i.core_dumped, i.cpu_ns,
    i.peak_rss_bytes, coalesce(i.reconstructed, false)
  from incoming i
  on conflict do nothing
  returning boot, pid, start_ns
), wanted as (
  insert into pending_verdicts (boot, pid, start_ns) select boot, pid, start_ns from died on conflict do nothing
), over as (
  update episodes e set ended_at = greatest(i.died_at, e.started_at)
  from incoming i
  where e.boot = i.boot and e.pid = i.pid and e.start_ns = i.start_ns and e.ended_at is null and e.state <> 'zombie'
  returning concat_ws('.', e.boot, e.pid, e.start_ns, e.state, e.since_ns) as id
)
select (select count(*)::int from died) as pending, (select array_agg(id) from over) as episodes
