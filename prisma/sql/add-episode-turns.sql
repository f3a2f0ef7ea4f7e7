-- Episodes that go on for as long as a policy that speaks of their state waits, and have no turn with it yet. Oldest first.
-- $1 int how many at most
-- Partial index episodes_open; primary key of policy_turns; policies are few.
insert into policy_turns (policy, occurrence, host_id, due_at, at)
select p.name, e.id, e.host_id, now(), now()
from policies p
cross join lateral (
  select concat_ws('.', e.boot, e.pid, e.start_ns, e.state, e.since_ns) as id, e.host_id
  from episodes e
  where e.ended_at is null and e.state = lower(p.body #>> '{when,episode,state}')
    and e.started_at <= now() - (p.body #>> '{when,episode,lastedSecondsMin}')::int * interval '1 second'
    and not exists (
      select from policy_turns t
      where t.policy = p.name and t.occurrence = concat_ws('.', e.boot, e.pid, e.start_ns, e.state, e.since_ns))
  order by e.started_at limit $1::int
) e
where p.body #> '{when,episode}' is not null
on conflict do nothing
