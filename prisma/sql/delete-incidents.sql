-- Incidents that nobody was told of and that have nothing in them any more.
-- $1 uuid[] ids
-- Primary key.
delete from incidents where id = any ($1::uuid[]) and count = 0 and told_at is null
