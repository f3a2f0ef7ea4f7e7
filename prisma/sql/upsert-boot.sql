-- One boot of one host: its small id, made at first sight. The wall-clock time of boot zero follows the host's clock.
-- $1 int host id, $2 uuid boot id, $3 timestamptz boot-clock zero in wall-clock time
-- Returns id int. Relies on the unique index (host_id, boot_id).
insert into boots (host_id, boot_id, booted_at) values ($1::int, $2::uuid, $3::timestamptz)
on conflict (host_id, boot_id) do update set booted_at = excluded.booted_at
returning id
