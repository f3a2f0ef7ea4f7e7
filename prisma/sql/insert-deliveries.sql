-- Deliveries that wait from now on; each notice once for a receiver.
-- $1 text JSON array of {id, receiverId, noticeId, position, incidentId, change, body}, $2 timestamptz now
insert into deliveries (id, receiver_id, notice_id, position, incident_id, change, body, state, created_at, queued_at, next_at)
select d.id, d."receiverId", d."noticeId", d.position, d."incidentId", d.change, d.body, 'PENDING', $2::timestamptz, $2::timestamptz, $2::timestamptz
from jsonb_to_recordset($1::text::jsonb) as d (id uuid, "receiverId" uuid, "noticeId" uuid, position bigint, "incidentId" uuid, change text, body jsonb)
on conflict (notice_id, receiver_id) do nothing
