-- A host that has booted again: what lived on its earlier boots has ended, at the latest when the new boot began.
-- $1 int host id, $2 int present boot, $3 timestamptz its boot-clock zero
-- Index processes (host_id, started_at …). Later boots stay open: the batch of an earlier one may come late.
update processes set ended_at = $3::timestamptz
where host_id = $1::int and ended_at is null
  and boot in (select id from boots where host_id = $1::int and id <> $2::int and booted_at < $3::timestamptz)
