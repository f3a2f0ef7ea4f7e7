-- Ends of lives that are stored, or were never described: the end of the life and of what it was stuck in, and the wish for a
-- verdict, in one statement.
-- A death whose life was never described gets a bare life, so that every death has its process. A life dies once: a
-- second report of its death changes nothing.
-- $1 int[] boots, $2 int[] host ids, $3 timestamptz[] boot-clock zeros, $4 text JSON array, no life twice; `n` says which boot,
-- from 1
-- Returns how many deaths want a verdict now (the new ones), and the ids of episodes that are over. A zombie begins with
-- its death: its agent says when it is reaped.
-- Key of lives in the partition of the day; primary keys of pending_verdicts and episodes.
with incoming as (
  select ($1::int[])[i.n] as boot, ($2::int[])[i.n] as host_id, i.*,
    (($3::timestamptz[])[i.n] + i.start_ns / 1000 * interval '1 microsecond')::timestamptz(3) as started_at,
    (($3::timestamptz[])[i.n] + i.died_ns / 1000 * interval '1 microsecond')::timestamptz(3) as died_at,
    case when i.core_dumped then 1024 else 0 end + case when i.reconstructed then 2048 else 0 end as flags
  from json_to_recordset($4::text::json) as i(
    n int, pid int, start_ns bigint, day smallint, died_ns bigint, exit_code smallint, signal smallint, core_dumped boolean,
    cpu_ns bigint, peak_rss_bytes bigint, reconstructed boolean)
), known as (
  select i.boot, i.pid, i.start_ns, i.day from incoming i
  where exists (select from lives l where l.day = i.day and l.boot = i.boot and l.pid = i.pid and l.start_ns = i.start_ns)
), ended as (
  update lives l set mark_ns = i.died_ns, ended_s = second_of(i.died_at), ended_rest = millisecond_of(i.died_at) + i.flags,
    ending = ending_of(i.exit_code, i.signal), cpu_ns = coalesce(i.cpu_ns, -1),
    peak_rss_kib = least(2147483647, coalesce((i.peak_rss_bytes + 1023) / 1024, -1))
  from incoming i
  where l.day = i.day and l.boot = i.boot and l.pid = i.pid and l.start_ns = i.start_ns and l.ending = 0
  returning l.boot, l.pid, l.start_ns
), born as (
  insert into lives (start_ns, parent_start_ns, mark_ns, cpu_ns, image, context, host_id, boot, pid, parent_pid, exec_offset,
    started_s, ended_s, peak_rss_kib, day, started_rest, ended_rest, ending)
  select i.start_ns, -1, i.died_ns, coalesce(i.cpu_ns, -1), image_id('', null, '{}', false), bare_context('exit'), i.host_id, i.boot,
    i.pid, -1, -2147483648, second_of(i.started_at), second_of(i.died_at),
    least(2147483647, coalesce((i.peak_rss_bytes + 1023) / 1024, -1)), i.day, millisecond_of(i.started_at),
    millisecond_of(i.died_at) + i.flags, ending_of(i.exit_code, i.signal)
  from incoming i
  where not exists (select from known k where k.boot = i.boot and k.pid = i.pid and k.start_ns = i.start_ns)
  returning boot, pid, start_ns
), died as (
  select * from ended union all select * from born
), wanted as (
  insert into pending_verdicts (boot, pid, start_ns) select boot, pid, start_ns from died on conflict do nothing
), over as (
  update episodes e set ended_at = greatest(i.died_at, e.started_at)
  from died d join incoming i using (boot, pid, start_ns)
  where e.boot = d.boot and e.pid = d.pid and e.start_ns = d.start_ns and e.ended_at is null and e.state <> 'zombie'
  returning concat_ws('.', e.boot, e.pid, e.start_ns, e.state, e.since_ns) as id
)
select (select count(*)::int from died) as pending, (select array_agg(id) from over) as episodes
