/**
 * Rows of history for tests, as the views `processes` and `deaths` show them: inserted, changed and deleted there. The server
 * never does that; it writes the tables below them.
 */
import pg from 'pg';

export async function makeHistoryWritable(databaseUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await client.query(triggers);
  } finally {
    await client.end();
  }
}

const triggers = `
create rule write_processes as on insert to processes do instead (
  insert into images (id, day, args_cut, comm, exe, args)
    select image_id(new.comm, new.exe, coalesce(new.args, '{}'), coalesce(new.args_cut, false)), 0, coalesce(new.args_cut, false),
      new.comm, new.exe, coalesce(new.args, '{}')
    on conflict do nothing;
  insert into contexts (id, day, kernel_thread, origin, uid, user_name, login_uid, login_name, login_session, tty, cgroup, unit,
      container_id, container_runtime, container_pod, login_source)
    select distinct context_of(new.origin, coalesce(new.kernel_thread, false), new.uid, new.user_name, new.login_uid, new.login_name,
        new.login_session, new.tty, new.cgroup, new.unit, new.container_id, new.container_runtime, new.container_pod,
        new.login_source), 0, coalesce(new.kernel_thread, false), new.origin, new.uid, new.user_name, new.login_uid, new.login_name,
      new.login_session, new.tty, new.cgroup, new.unit, new.container_id, new.container_runtime, new.container_pod, new.login_source
    on conflict do nothing;
  insert into lives (start_ns, parent_start_ns, mark_ns, cpu_ns, image, context, host_id, boot, pid, parent_pid, exec_offset,
      started_s, ended_s, peak_rss_kib, day, started_rest, ended_rest, ending)
    select new.start_ns, coalesce(new.parent_start_ns, -1), new.seen_ns, -1,
      image_id(new.comm, new.exe, coalesce(new.args, '{}'), coalesce(new.args_cut, false)),
      context_of(new.origin, coalesce(new.kernel_thread, false), new.uid, new.user_name, new.login_uid, new.login_name,
        new.login_session, new.tty, new.cgroup, new.unit, new.container_id, new.container_runtime, new.container_pod,
        new.login_source),
      new.host_id, new.boot, new.pid, coalesce(new.parent_pid, -1), exec_offset(new.start_ns, new.exec_ns),
      second_of(new.started_at), coalesce(second_of(new.ended_at), -2147483648), -1, day_of(b.first_booted_at, new.start_ns),
      millisecond_of(new.started_at) + case when asks_for_stops(new.comm) then 1024 else 0 end,
      coalesce(millisecond_of(new.ended_at), 0), 0
    from boots b where b.id = new.boot
);

create rule write_deaths as on insert to deaths do instead (
  update lives l set mark_ns = new.died_ns, ended_s = second_of(new.died_at), ending = ending_of(new.exit_code, new.signal),
      ended_rest = millisecond_of(new.died_at) + case when new.core_dumped then 1024 else 0 end
        + case when new.reconstructed then 2048 else 0 end
    from boots b
    where b.id = new.boot and l.day = day_of(b.first_booted_at, new.start_ns) and l.boot = new.boot and l.pid = new.pid
      and l.start_ns = new.start_ns;
  insert into verdicts (start_ns, actor_start_ns, decided_at, boot, pid, ended_s, actor_pid, confidence, day, engine, rule, cause,
      actor_kind, summary, summary_zh, evidence)
    select new.start_ns, new.actor_start_ns, new.decided_at, new.boot, new.pid, second_of(new.died_at), new.actor_pid,
      new.confidence, day_of(b.first_booted_at, new.start_ns), new.engine, new.rule, new.cause, new.actor_kind, new.summary,
      new.summary_zh, new.evidence
    from boots b where b.id = new.boot and (new.engine is not null or new.cause is not null)
);

create function write_death() returns trigger language plpgsql as $$
declare
  key lives;
begin
  if tg_op = 'DELETE' then
    update lives l set ending = 0 where l.day = old.day and l.boot = old.boot and l.pid = old.pid and l.start_ns = old.start_ns;
    delete from verdicts v where v.day = old.day and v.boot = old.boot and v.pid = old.pid and v.start_ns = old.start_ns;
    return old;
  end if;
  update lives l set mark_ns = new.died_ns, ended_s = second_of(new.died_at), ending = ending_of(new.exit_code, new.signal),
      ended_rest = millisecond_of(new.died_at) + case when new.core_dumped then 1024 else 0 end
        + case when new.reconstructed then 2048 else 0 end
    from boots b
    where b.id = new.boot and l.day = day_of(b.first_booted_at, new.start_ns) and l.boot = new.boot and l.pid = new.pid
      and l.start_ns = new.start_ns
    returning l.* into key;
  if new.engine is null and new.cause is null then
    delete from verdicts v where v.day = key.day and v.boot = new.boot and v.pid = new.pid and v.start_ns = new.start_ns;
  else
    insert into verdicts (start_ns, actor_start_ns, decided_at, boot, pid, ended_s, actor_pid, confidence, day, engine, rule, cause,
        actor_kind, summary, summary_zh, evidence)
      values (new.start_ns, new.actor_start_ns, new.decided_at, new.boot, new.pid, key.ended_s, new.actor_pid, new.confidence, key.day,
        new.engine, new.rule, new.cause, new.actor_kind, new.summary, new.summary_zh, new.evidence)
      on conflict (boot, pid, start_ns, day) do update set (actor_start_ns, decided_at, ended_s, actor_pid, confidence, engine, rule, cause,
        actor_kind, summary, summary_zh, evidence)
      = row(excluded.actor_start_ns, excluded.decided_at, excluded.ended_s, excluded.actor_pid, excluded.confidence, excluded.engine,
        excluded.rule, excluded.cause, excluded.actor_kind, excluded.summary, excluded.summary_zh, excluded.evidence);
  end if;
  return new;
end $$;
create trigger write_death instead of update or delete on deaths for each row execute function write_death();
`;
