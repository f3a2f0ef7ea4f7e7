-- A host that has booted again: what lived, lasted or was throttled on its earlier boots has ended, at the latest when the
-- new boot began.
-- $1 int host id, $2 int present boot, $3 timestamptz its boot-clock zero
-- Indexes lives_open, episodes (host_id, started_at …), throttles (host_id, since …). Later boots
-- stay open: the batch of an earlier one may come late.
-- Returns the ids of episodes that are over.
with former as (
  select id from boots where host_id = $1::int and id <> $2::int and booted_at < $3::timestamptz
), ended as (
  update lives set ended_s = second_of($3::timestamptz), ended_rest = millisecond_of($3::timestamptz)
  where ended_s = -2147483648 and boot in (select id from former)
), relieved as (
  update throttles set until = $3::timestamptz
  where host_id = $1::int and until is null and boot in (select id from former)
), over as (
  update episodes set ended_at = greatest($3::timestamptz, started_at)
  where host_id = $1::int and ended_at is null and boot in (select id from former)
  returning concat_ws('.', boot, pid, start_ns, state, since_ns) as id
)
select array_agg(id) as episodes from over
