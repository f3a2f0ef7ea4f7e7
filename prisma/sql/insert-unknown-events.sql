-- Events of a kind that this server does not know, kept as they came.
-- $1 int boot, $2 int host id, $3 timestamptz boot-clock zero, $4 text JSON array of events
insert into unknown_events (host_id, boot, at, kind, event)
select $2::int, $1::int, $3::timestamptz + (e->>'at')::bigint / 1000 * interval '1 microsecond', e->>'kind', e
from jsonb_array_elements($4::text::jsonb) as e
