-- Command lines that many lives share: each once. What is there already gets the day, where that is later: images outlast the lives
-- that have them.
-- $1 text JSON array with the ids (src/store/interned-ids.ts), none twice; $2 smallint the latest day of their lives
-- Primary key, in its order, which all have.
insert into images as s (id, day, args_cut, comm, exe, args)
select i.id, $2::smallint, i.args_cut, i.comm, i.exe, i.args
from json_to_recordset($1::text::json) as i(id bigint, comm text, exe text, args text[], args_cut boolean)
order by i.id
on conflict (id) do update set day = excluded.day where s.day < excluded.day
