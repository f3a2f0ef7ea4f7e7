-- Notices that no delivery was made of, in order. Whoever asks holds the lock of telling.
-- $1 int limit
-- Positions are given before their transactions commit, so a smaller one can appear after a larger one was told: what was told
-- is remembered one by one, from the point on below which everything is (see forget-told-notices.sql).
-- Index of notices on position; primary key of told_notices.
select n.position, n.incident_id, n.body from notices n
where n.position > coalesce((select min(t.position) from told_notices t), 0)
  and not exists (select from told_notices t where t.position = n.position)
order by n.position
limit $1::int
