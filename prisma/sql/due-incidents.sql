-- Incidents that have something to tell by now: new ones that have settled, changed ones that were not told lately, and those that
-- were kept silent, have lasted beyond that, and are still there.
-- $1 interval in which a new one may settle, $2 interval between two notices, $3 interval after which it would be over if it
-- were healthy, $4 int how many at most
-- Index incidents_open_by_key, which holds those that are not over only; primary key of silences.
select i.id from incidents i
where i.resolved_at is null
  and case
    when not i.loud then exists (select from silences s where s.id = i.silence_id and s.ends_at < now() - $3::interval offset 0)
    when i.told_at is null then i.opened_at <= now() - $1::interval
    else i.untold and i.told_at <= now() - $2::interval
  end
order by i.opened_at
limit $4::int
