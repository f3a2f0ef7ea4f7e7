-- Takes some of what may be trouble; the rest waits, or another worker has it.
-- $1 int how many at most
-- Returns kind, ref. Primary key.
delete from pending_troubles
where (kind, ref) in (select kind, ref from pending_troubles order by kind, ref limit $1::int for update skip locked)
returning kind, ref
