-- Takes some of the deaths that want a verdict; other workers pass over them until this transaction ends.
-- $1 int how many at most
-- Returns boot, pid, start_ns.
delete from pending_verdicts
where (boot, pid, start_ns) in (
  select boot, pid, start_ns from pending_verdicts order by boot, start_ns limit $1::int for update skip locked)
returning boot, pid, start_ns
