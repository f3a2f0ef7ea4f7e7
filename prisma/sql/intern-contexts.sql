-- Who lives run as and where, each once: as intern-images.sql.
-- $1 text JSON array with the ids, none twice; $2 smallint the latest day of their lives
-- Primary key.
insert into contexts as s (id, day, kernel_thread, origin, uid, user_name, login_uid, login_name, login_session, tty, cgroup, unit,
  container_id, container_runtime, container_pod, login_source)
select id, $2::smallint, kernel_thread, origin, uid, user_name, login_uid, login_name, login_session, tty, cgroup, unit, container_id,
  container_runtime, container_pod, login_source
from json_to_recordset($1::text::json) as i(id bigint, origin text, kernel_thread boolean, uid bigint, user_name text,
  login_uid bigint, login_name text, login_session bigint, tty text, cgroup text, unit text, container_id text,
  container_runtime text, container_pod text, login_source text)
order by id
on conflict (id) do update set day = excluded.day where s.day < excluded.day
