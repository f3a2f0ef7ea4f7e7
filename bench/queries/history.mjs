/** A history of so many lives, made by Postgres itself: 200 hosts, each death decided, spread evenly over 30 days. */

export const hostsCount = 200;
export const days = 30;
/** The whole history ends here. */
export const until = Date.UTC(2026, 10, 20);
const chunk = 250_000;

/** Which host, pid and start a life has. @param {number} n from 0 */
export function lifeOf(n) {
  const index = Math.floor(n / hostsCount);
  return { host: `bench-${n % hostsCount}`, pid: 1_000 + (index % 60_000) };
}

/** @param {import('postgres').Sql} sql @param {number} from @param {number} lives @param {number} most of the finished history */
export async function fillHistory(sql, from, lives, most) {
  if (from === 0) {
    await sql.unsafe(`
      insert into hosts (machine_id, name, last_seen_at) select md5(n::text), 'bench-' || n, now() from generate_series(0, ${hostsCount - 1}) n;
      insert into boots (host_id, boot_id, booted_at)
        select id, gen_random_uuid(), to_timestamp(${until / 1000}) - interval '${days} days' from hosts`);
  }
  for (let begin = from; begin < lives; begin += chunk)
    await fillChunk(sql, begin, Math.min(begin + chunk, lives), most);
  await sql.unsafe('vacuum analyze processes, deaths');
}

/** @param {import('postgres').Sql} sql @param {number} begin @param {number} end @param {number} most */
async function fillChunk(sql, begin, end, most) {
  const stepMs = (days * 86_400_000) / most;
  await sql.unsafe(`
    create temp table life on commit drop as
    select b.id as boot, b.host_id, b.booted_at, n, 1000 + (n / ${hostsCount}) % 60000 as pid,
      (n * ${stepMs} * 1000000)::bigint + n % 1000 as start_ns, n % 400 as program, n % 30 as unit
    from generate_series(${begin}, ${end - 1}) n
    join (select b.*, row_number() over (order by h.id) - 1 as position from boots b join hosts h on h.id = b.host_id) b
      on b.position = n % ${hostsCount};
    insert into processes (boot, pid, start_ns, host_id, parent_pid, parent_start_ns, origin, seen_ns, exec_ns, comm, exe, args, uid,
      user_name, cgroup, unit, started_at, ended_at)
    select boot, pid, start_ns, host_id, 1, 0, 'exec', start_ns, start_ns, 'p' || program, '/usr/bin/p' || program,
      array['/usr/bin/p' || program, '--config', '/etc/p' || program || '.conf', n::text], 0, 'root',
      '/system.slice/u' || unit || '.service', 'u' || unit || '.service',
      booted_at + start_ns / 1000 * interval '1 microsecond', booted_at + (start_ns / 1000 + 40000) * interval '1 microsecond'
    from life order by n;
    insert into deaths (boot, pid, start_ns, host_id, died_ns, died_at, exit_code, signal, core_dumped, cpu_ns, peak_rss_bytes, engine,
      rule, cause, actor_kind, actor_pid, actor_start_ns, confidence, summary, evidence, decided_at)
    select boot, pid, start_ns, host_id, start_ns + 40000000, booted_at + (start_ns / 1000 + 40000) * interval '1 microsecond',
      case when n % 7 > 0 then 0 end, case when n % 7 = 0 then 9 end, false, 5000000, 8000000, 32000, 'bench',
      case when n % 7 = 0 then 'SIGNALED' else 'EXITED' end, case when n % 7 = 0 then 'PROCESS' else 'SELF' end, pid, start_ns, 0.9,
      'p' || program || ' (' || pid || ') ended.', '[{"kind":"exit","at":null,"text":"as it was reported"}]', now()
    from life order by n`);
}
