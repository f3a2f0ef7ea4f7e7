-- Forgets what was told, but for the newest: below a position that was told ten minutes ago nothing can appear any more, since no
-- transaction of ours lives for so long (src/store/postgres.ts).
-- No parameters. Index told_notices (at); primary key.
delete from told_notices
where position < (select max(t.position) from told_notices t where t.at < now() - interval '10 min')
