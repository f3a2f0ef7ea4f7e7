-- Verdicts of many deaths. Returns the lives whose answer is new or has changed: those are worth telling.
-- A summary that was only translated tells nothing new. What is or was a failure goes onto the list of troubles.
-- $1 text JSON array, $2 text[] causes of wanted ends
-- Returns their lives, and whether they may be trouble. Key of lives and primary key of verdicts in the partition of the day;
-- primary key of pending_troubles.
with given as materialized (
  select i.*, day_of(b.first_booted_at, i.start_ns) as day
  from jsonb_to_recordset($1::text::jsonb) as i(
    boot int, pid int, start_ns bigint, engine smallint, rule text, cause text, actor_kind text, actor_pid int,
    actor_start_ns bigint, cell bigint, confidence real, summary text, summary_zh text, evidence jsonb)
  join boots b on b.id = i.boot
), incoming as materialized (
  select i.*, l.ended_s
  from given i join lives l on l.day = i.day and l.boot = i.boot and l.pid = i.pid and l.start_ns = i.start_ns
  where l.ending > 0
), before as (
  select v.boot, v.pid, v.start_ns, v.cause, v.actor_kind, v.summary
  from incoming i join verdicts v on v.day = i.day and v.boot = i.boot and v.pid = i.pid and v.start_ns = i.start_ns
), saved as (
  insert into verdicts as v (start_ns, actor_start_ns, cell, decided_at, boot, pid, ended_s, actor_pid, confidence, day, engine, rule,
    cause, actor_kind, summary, summary_zh, evidence)
  select i.start_ns, i.actor_start_ns, i.cell, now(), i.boot, i.pid, i.ended_s, i.actor_pid, i.confidence, i.day, i.engine, i.rule,
    i.cause, i.actor_kind, i.summary, i.summary_zh, i.evidence
  from incoming i
  on conflict (boot, pid, start_ns, day) do update set actor_start_ns = excluded.actor_start_ns, cell = excluded.cell,
    decided_at = excluded.decided_at, actor_pid = excluded.actor_pid, confidence = excluded.confidence, engine = excluded.engine,
    rule = excluded.rule, cause = excluded.cause, actor_kind = excluded.actor_kind, summary = excluded.summary,
    summary_zh = excluded.summary_zh, evidence = excluded.evidence
  returning v.boot, v.pid, v.start_ns, v.cause, v.actor_kind, v.summary
), changed as (
  select s.boot, s.pid, s.start_ns, s.cause <> all ($2::text[]) or b.cause <> all ($2::text[]) as trouble
  from saved s left join before b using (boot, pid, start_ns)
  where (s.cause, s.actor_kind, s.summary) is distinct from (b.cause, b.actor_kind, b.summary)
), troubles as (
  insert into pending_troubles (kind, ref)
  select 'DEATH', concat_ws('.', boot, pid, start_ns) from changed where trouble
  on conflict do nothing
)
select boot, pid, start_ns, coalesce(trouble, false) as trouble from changed
