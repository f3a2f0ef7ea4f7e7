-- Images that were replaced within one batch after they had sent a signal.
-- $1 int boot, $2 text JSON array
insert into former_images (boot, pid, start_ns, until_ns, comm, exe, args, args_cut)
select $1::int, i.pid, i.start_ns, i.until_ns, i.comm, i.exe, coalesce(i.args, '{}'), coalesce(i.args_cut, false)
from jsonb_to_recordset($2::text::jsonb) as i(
  pid int, start_ns bigint, until_ns bigint, comm text, exe text, args text[], args_cut boolean)
on conflict do nothing
