-- Services of these hosts whose stop took longer than they were given, so that they were killed.
-- $1 int[] host ids, $2 timestamptz since
-- Index deaths_by_host; primary key of verdicts in the partition of the day. Verdicts are looked up death by death (`offset 0`): few are
-- of that cause, and the planner would read all verdicts for them.
select d.host_id, c.unit, count(*)::int as stops, max(d.died_at) as last_at
from (
  select l.host_id, l.day, l.boot, l.pid, l.start_ns, l.context, moment_of(l.ended_s, l.ended_rest & 1023) as died_at from lives l
  where l.ending > 0 and l.host_id = any ($1::int[]) and l.ended_s >= second_of($2::timestamptz) offset 0) d
join contexts c on c.id = d.context
where d.died_at >= $2::timestamptz and c.unit is not null
  and exists (
    select from verdicts v
    where v.day = d.day and v.boot = d.boot and v.pid = d.pid and v.start_ns = d.start_ns and v.cause = 'SERVICE_STOP_TIMEOUT'
    offset 0)
group by d.host_id, c.unit
