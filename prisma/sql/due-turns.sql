-- Turns that have come, longest due first.
-- $1 int how many at most
-- Partial index policy_turns_due.
select * from policy_turns where due_at <= now() order by due_at limit $1::int
