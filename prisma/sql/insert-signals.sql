-- Signals as they were generated. A signal for a life whose death is already stored, generated before that death, is
-- late evidence: the death wants its verdict again.
-- $1 int[] boots, $2 timestamptz[] their boot-clock zeros, $3 text JSON array; `n` says which boot, from 1
-- A batch that was in flight when its agent died may come again under a new epoch: each signal is stored once.
-- Returns how many deaths want a verdict now.
with incoming as (
  select ($1::int[])[i.n] as boot, ($2::timestamptz[])[i.n] as booted_at, i.*
  from json_to_recordset($3::text::json) as i(
    n int, at_ns bigint, signal smallint, code int, target_pid int, target_start_ns bigint, sender_pid int, sender_start_ns bigint,
    running_pid int, running_start_ns bigint, thread int, disposition text, result text, address text, count bigint, until_ns bigint, circumstances jsonb)
), reopened as (
  insert into pending_verdicts (boot, pid, start_ns)
  select distinct d.boot, d.pid, d.start_ns
  from (select i.*, day_of(b.first_booted_at, i.target_start_ns) as day from incoming i join boots b on b.id = i.boot offset 0) i
  join lives d on d.day = i.day and d.boot = i.boot and d.pid = i.target_pid and d.start_ns = i.target_start_ns
  where d.ending > 0 and i.at_ns <= d.mark_ns
  on conflict do nothing
  returning 1
), stored as (
  insert into signals (boot, at_ns, at, signal, code, target_pid, target_start_ns, sender_pid, sender_start_ns,
    running_pid, running_start_ns, thread, disposition, result, address, count, until_ns, circumstances)
  select i.boot, i.at_ns, i.booted_at + i.at_ns / 1000 * interval '1 microsecond', i.signal, i.code,
    i.target_pid, i.target_start_ns, i.sender_pid, i.sender_start_ns, i.running_pid, i.running_start_ns, i.thread,
    i.disposition, i.result, i.address, coalesce(i.count, 1), i.until_ns, i.circumstances
  from incoming i
  on conflict do nothing
)
select count(*)::int as pending from reopened
