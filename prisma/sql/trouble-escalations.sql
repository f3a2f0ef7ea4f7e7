-- Escalations of policies as far as an incident is about them.
-- $1 bigint[] ids
-- Primary keys of escalations and hosts.
select e.id, e.host_id, h.name as host_name, h.labels as host_labels, e.at, e.policy, e.target, e.unit, e.text
from escalations e join hosts h on h.id = e.host_id
where e.id = any ($1::bigint[])
