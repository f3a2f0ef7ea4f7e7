-- Incidents of given groups that are not over, and given ones, locked until the transaction ends; in one order.
-- $1 text[] group keys, $2 uuid[] ids
-- Index incidents_open_by_group; primary key.
select i.*, (select h.name from hosts h where h.id = i.host_id) as host_name
from incidents i
where (i.group_key = any ($1::text[]) and i.resolved_at is null) or i.id = any ($2::uuid[])
order by i.id
for update of i
