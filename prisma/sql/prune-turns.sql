-- Of what policies did and would have done the latest are kept; of anything, what is so new that its occurrence may come again.
-- $1 int how many of each policy, $2 interval
-- Index policy_turns_by_time.
delete from policy_turns t using (
  select n.policy, (
    select o.at from policy_turns o
    where o.policy = n.policy and o.outcome is not null order by o.at desc, o.occurrence desc offset $1::int limit 1) as at
  from policies p cross join lateral (select p.name as policy) n) k
where t.policy = k.policy and t.at <= k.at and t.outcome is not null and t.at < now() - $2::interval
