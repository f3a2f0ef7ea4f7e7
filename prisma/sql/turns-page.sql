-- The latest settled turns of policies, newest first.
-- $1 text[] policies, $2 int how many of each at most
-- Index policy_turns_by_time.
select t.* from unnest($1::text[]) as k(policy)
cross join lateral (
  select * from policy_turns t
  where t.policy = k.policy and t.outcome is not null
  order by t.at desc, t.occurrence desc limit $2::int) t
