-- Who lives run as and where, each once: as intern-images.sql.
-- $1 text JSON array, none twice; $2 smallint the latest day of their lives
-- Returns n int, from 1; id bigint. Primary key.
with incoming as (
  select i.*, context_of(i.origin, i.kernel_thread, i.uid, i.user_name, i.login_uid, i.login_name, i.login_session, i.tty, i.cgroup,
    i.unit, i.container_id, i.container_runtime, i.container_pod, i.login_source) as id
  from rows from (json_to_recordset($1::text::json) as (origin text, kernel_thread boolean, uid bigint, user_name text,
      login_uid bigint, login_name text, login_session bigint, tty text, cgroup text, unit text, container_id text,
      container_runtime text, container_pod text, login_source text))
    with ordinality as i(origin, kernel_thread, uid, user_name, login_uid, login_name, login_session, tty, cgroup, unit,
      container_id, container_runtime, container_pod, login_source, n)
), stored as (
  insert into contexts as s (id, day, kernel_thread, origin, uid, user_name, login_uid, login_name, login_session, tty, cgroup, unit,
    container_id, container_runtime, container_pod, login_source)
  select id, $2::smallint, kernel_thread, origin, uid, user_name, login_uid, login_name, login_session, tty, cgroup, unit,
    container_id, container_runtime, container_pod, login_source
  from incoming order by id
  on conflict (id) do update set day = excluded.day where s.day < excluded.day
)
select n::int, id from incoming
