-- Takes some of the verdicts of older engines, of the newest such engine first and there the newest deaths; other workers, and
-- verdicts that are just being saved, are passed over until this transaction ends.
-- $1 smallint the present engine, $2 int how many at most
-- Returns boot, pid, start_ns. Index verdicts_by_engine.
select boot, pid, start_ns
from verdicts
where engine = (select max(engine) from verdicts where engine < $1::smallint)
order by ended_s desc, boot desc, pid desc, start_ns desc
limit $2::int
for update skip locked
