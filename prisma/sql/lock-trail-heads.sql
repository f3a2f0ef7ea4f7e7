-- The ends of chains of the trail, locked until the transaction ends; in one order, so that nobody waits in a circle.
-- $1 int[] chains
-- Primary key of trail_heads.
select chain, number, hash from trail_heads where chain = any ($1::int[]) order by chain for update
