-- After a whole snapshot: lives that it did not describe have ended while nobody watched. They get an end, no death.
-- $1 int boot, $2 timestamptz when the snapshot was complete, $3 bigint boot-clock ns when it began
-- Primary key (boot, …).
update processes set ended_at = $2::timestamptz
where boot = $1::int and ended_at is null and seen_ns < $3::bigint
