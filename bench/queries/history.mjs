/**
 * A history of so many lives, made by Postgres itself, over 25 days of which each host booted every fifth. Every life has ended and is decided,
 * one in seven by a signal of init. A finished history has 10,000 lives of each host; a part of it has fewer, over the same days.
 *
 * The commands are 2,000, some of them much more often than others, and one life in ten has an argument that nobody else has. Ids of images and
 * contexts are any 64 bits here: what reads asks for them by what `lives` holds.
 */
import postgresDriver from 'postgres';

const days = 25;
const bootDays = 5;
const dayMs = 86_400_000;
const livesPerHost = 10_000;
/** Pids below are those of services. */
const pidMin = 1_000;
const chunk = 500_000;
export const killedOneIn = 7;

/** Which host and pid a life has. @param {number} n from 0 @param {number} hosts */
export function lifeOf(n, hosts) {
  return { host: `bench-${n % hosts}`, pid: pidMin + Math.floor(n / hosts) };
}

/** @param {number} lives of the finished history */
export const hostsOf = (lives) => lives / livesPerHost;

/**
 * @param {string} databaseUrl @param {{ from: number, lives: number, most: number }} range adds lives to those that there are until there are
 *   so many; `most` are those of the finished history
 */
export async function fillHistory(databaseUrl, { from, lives, most }) {
  const sql = postgresDriver(databaseUrl, { max: 2, onnotice: () => undefined });
  try {
    if (from === 0) await begin(sql, hostsOf(most));
    await shape(sql, { from, lives, most });
    // One processor makes lives, the other verdicts.
    await Promise.all([insertLives(sql, from, lives), insertVerdicts(sql, from, lives)]);
    await sql.unsafe('vacuum analyze');
    // What is written back later would be measured with the questions.
    await sql.unsafe('checkpoint');
  } finally {
    await sql.end();
  }
}

/** Days, hosts, boots with their init, and what the lives share. @param {import('postgres').Sql} sql @param {number} hosts */
async function begin(sql, hosts) {
  const until = Math.floor(Date.now() / dayMs) * dayMs;
  const begun = `to_timestamp(${(until - days * dayMs) / 1000})`;
  await sql.unsafe(`
    select make_days(${until / dayMs - days - 1}, ${until / dayMs});
    insert into hosts (machine_id, name, last_seen_at)
      select md5(n::text), 'bench-' || n, now() from generate_series(0, ${hosts - 1}) n order by n;
    insert into boots (host_id, boot_id, booted_at)
      select h.id, gen_random_uuid(), ${begun} + k * interval '${bootDays} days' - interval '1 min'
      from generate_series(0, ${days / bootDays - 1}) k, hosts h order by k, h.id;
    create table bench_boots as select row_number() over (partition by b.booted_at order by h.id) - 1 as host,
      (extract(epoch from b.booted_at - ${begun} + interval '1 min') / ${(bootDays * dayMs) / 1000})::int as k, b.id as boot, b.host_id, b.booted_at,
      (extract(epoch from b.booted_at) * 1000000)::bigint as zero_us
      from boots b join hosts h on h.id = b.host_id;
    create table bench_commands as select n, hashint8extended(n, 1) as id, 'tool-' || n % 29 as comm, '/usr/bin/tool-' || n % 29 as exe,
      array['tool-' || n % 29, '--option-' || n % 60, '/srv/app-' || n % 40 || '/part-' || n] as args from generate_series(0, 1999) n;
    create unique index on bench_commands (n);
    insert into images (id, day, args_cut, comm, exe, args) select id, 0, false, comm, exe, args from bench_commands;
    insert into images (id, day, args_cut, comm, exe, args) values (-1, 0, false, 'systemd', '/sbin/init', '{/sbin/init}');
    insert into contexts (id, day, kernel_thread, origin, uid, user_name, cgroup, unit)
      select n, 0, false, 'exec', n % 5, 'app-' || n % 5, '/system.slice/service-' || n || '.service', 'service-' || n || '.service'
      from generate_series(0, 149) n;
    insert into lives (start_ns, parent_start_ns, mark_ns, cpu_ns, image, context, host_id, boot, pid, parent_pid, exec_offset, started_s,
        ended_s, peak_rss_kib, day, started_rest, ended_rest, ending)
      select 0, -1, 0, -1, -1, 0, host_id, boot, 1, -1, 0, second_of(booted_at), -2147483648, -1, day_of(booted_at, 0), 0, 0, 0
      from bench_boots`);
}

/**
 * The function that says what the lives are that are added. What is added at one time is spread evenly.
 * @param {import('postgres').Sql} sql @param {{ from: number, lives: number, most: number }} range
 */
async function shape(sql, { from, lives, most }) {
  const hosts = hostsOf(most);
  const us = `((n - ${from}) / ${hosts} * ${(days * dayMs * 1000 * hosts) / (lives - from)}::bigint + (hashint8(n) & 2147483647) % 200000000)`;
  const bootUs = bootDays * dayMs * 1000;
  await sql.unsafe(`
    drop function if exists bench_lives;
    create function bench_lives(bigint, bigint) returns table (n bigint, host_id int, boot int, pid int, start_ns bigint, died_ns bigint,
      started_ms bigint, died_ms bigint, command int, signalled boolean) language sql stable as $$
    select l.n, b.host_id, b.boot, ${pidMin} + (l.n / ${hosts})::int, l.start_us * 1000 + l.n % 1000, (l.start_us + l.ran_us) * 1000 + l.n % 1000,
      (b.zero_us + l.start_us) / 1000, (b.zero_us + l.start_us + l.ran_us) / 1000,
      (power((hashint8(l.n + 2) & 65535) / 65536.0::float8, 2) * 1999)::int, l.n / ${hosts} % ${killedOneIn} = 0
    from (
      select n, us / ${bootUs} as k, us % ${bootUs} + 60000000 as start_us, 400 + (hashint8(n + 1) & 65535) as ran_us
      from (select n, least(${us}, ${days * dayMs * 1000}::bigint - 1) as us from generate_series($1, $2 - 1) n offset 0) l) l
    join bench_boots b on b.host = l.n % ${hosts} and b.k = l.k $$`);
}

/** The second and the rest of it as `lives` holds them: the functions of the migration say the same, and take ten times as long. */
const second = (/** @type {string} */ ms) => `(${ms} / 1000 - 1577836800)::int`;
const rest = (/** @type {string} */ ms) => `(${ms} % 1000)::smallint`;
const day = `(l.started_ms / ${dayMs})::smallint`;

/** @param {import('postgres').Sql} sql @param {number} from @param {number} lives */
async function insertLives(sql, from, lives) {
  await inChunks(sql, from, lives, [
    `insert into images (id, day, args_cut, comm, exe, args)
      select hashint8extended(l.n, 2), 0, false, c.comm, c.exe, c.args || ('/tmp/run.' || md5(l.n::text))
      from bench_lives($1, $2) l join bench_commands c on c.n = l.command where l.n % 10 = 0`,
    `insert into lives (start_ns, parent_start_ns, mark_ns, cpu_ns, image, context, host_id, boot, pid, parent_pid, exec_offset, started_s,
        ended_s, peak_rss_kib, day, started_rest, ended_rest, ending)
      select l.start_ns, 0, l.died_ns, 5000000, case when l.n % 10 = 0 then hashint8extended(l.n, 2) else c.id end, l.command % 150,
        l.host_id, l.boot, l.pid, 1, 200, ${second('l.started_ms')}, ${second('l.died_ms')}, 8000, ${day}, ${rest('l.started_ms')},
        ${rest('l.died_ms')}, case when l.signalled then 1 + 257 * 10 else 2 end
      from bench_lives($1, $2) l join bench_commands c on c.n = l.command
      order by l.n`,
  ]);
}

/** @param {import('postgres').Sql} sql @param {number} from @param {number} lives */
async function insertVerdicts(sql, from, lives) {
  await inChunks(sql, from, lives, [
    `insert into verdicts (start_ns, actor_start_ns, decided_at, boot, pid, ended_s, actor_pid, confidence, day, engine, rule, cause, actor_kind,
        summary, summary_zh, evidence)
      select l.start_ns, case when l.signalled then 0 else l.start_ns end, now(), l.boot, l.pid,
        ${second('l.died_ms')}, case when l.signalled then 1 else l.pid end, 0.9,
        ${day}, 32000, 'bench', case when l.signalled then 'SIGNALED' else 'EXITED' end,
        case when l.signalled then 'PROCESS' else 'SELF' end, 'tool-' || l.command % 29 || ' (' || l.pid || ') ended, as it was meant to or not.', null,
        '[{"kind":"exit","at":null,"text":"as it was reported"},{"kind":"signal","at":null,"text":"SIGKILL of systemd (1)"}]'
      from bench_lives($1, $2) l order by l.n`,
  ]);
}

/** @param {import('postgres').Sql} sql @param {number} from @param {number} until @param {readonly string[]} statements of $1 ≤ n < $2 */
async function inChunks(sql, from, until, statements) {
  const one = await sql.reserve();
  try {
    await one.unsafe(`set synchronous_commit = off; set work_mem = '256MB'`);
    for (let at = from; at < until; at += chunk)
      for (const statement of statements) await one.unsafe(statement, [at, Math.min(at + chunk, until)]);
  } finally {
    one.release();
  }
}
