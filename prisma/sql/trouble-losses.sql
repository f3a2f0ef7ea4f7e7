-- Losses as far as an incident is about them.
-- $1 bigint[] ids
-- Primary keys of losses and hosts.
select l.id, l.host_id, h.name as host_name, h.labels as host_labels, l.since, l.until, l.cause, l.count, l.cgroup
from losses l join hosts h on h.id = l.host_id
where l.id = any ($1::bigint[])
