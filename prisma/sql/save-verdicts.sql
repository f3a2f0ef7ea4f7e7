-- Verdicts of many deaths. Returns the lives whose answer is new or has changed: those are worth telling.
-- A summary that was only translated tells nothing new. What is or was a failure goes onto the list of troubles.
-- $1 text JSON array, $2 text[] causes of wanted ends
-- Returns their lives, and whether they may be trouble. Primary keys of deaths and pending_troubles.
with incoming as (
  select * from jsonb_to_recordset($1::text::jsonb) as i(
    boot int, pid int, start_ns bigint, engine smallint, rule text, cause text, actor_kind text, actor_pid int,
    actor_start_ns bigint, confidence real, summary text, summary_zh text, evidence jsonb)
), before as (
  select d.boot, d.pid, d.start_ns, d.cause, d.actor_kind, d.summary
  from incoming i join deaths d using (boot, pid, start_ns)
), saved as (
  update deaths d set engine = i.engine, rule = i.rule, cause = i.cause, actor_kind = i.actor_kind, actor_pid = i.actor_pid,
    actor_start_ns = i.actor_start_ns, confidence = i.confidence, summary = i.summary, summary_zh = i.summary_zh, evidence = i.evidence,
    decided_at = now()
  from incoming i
  where d.boot = i.boot and d.pid = i.pid and d.start_ns = i.start_ns
  returning d.boot, d.pid, d.start_ns, d.cause, d.actor_kind, d.summary
), changed as (
  select s.boot, s.pid, s.start_ns, s.cause <> all ($2::text[]) or b.cause <> all ($2::text[]) as trouble
  from saved s join before b using (boot, pid, start_ns)
  where (s.cause, s.actor_kind, s.summary) is distinct from (b.cause, b.actor_kind, b.summary)
), troubles as (
  insert into pending_troubles (kind, ref)
  select 'DEATH', concat_ws('.', boot, pid, start_ns) from changed where trouble
  on conflict do nothing
)
select boot, pid, start_ns, coalesce(trouble, false) as trouble from changed
