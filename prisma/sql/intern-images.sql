-- Command lines that many lives share: each once. What is there already gets the day, where that is later: images outlast the lives
-- that have them.
-- $1 text JSON array, none twice, in an order that all have; $2 smallint the latest day of their lives
-- Returns n int, the number of an image among those given, from 1; id bigint. Primary key.
with incoming as (
  select i.n, image_id(i.comm, i.exe, coalesce(i.args, '{}'), i.args_cut) as id, i.comm, i.exe, coalesce(i.args, '{}') as args, i.args_cut
  from rows from (json_to_recordset($1::text::json) as (comm text, exe text, args text[], args_cut boolean))
    with ordinality as i(comm, exe, args, args_cut, n)
), stored as (
  insert into images as s (id, day, args_cut, comm, exe, args)
  select id, $2::smallint, args_cut, comm, exe, args from incoming order by id
  on conflict (id) do update set day = excluded.day where s.day < excluded.day
)
select n::int, id from incoming
