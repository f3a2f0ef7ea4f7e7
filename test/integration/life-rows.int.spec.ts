/** What the server packs into a row of `lives`, the functions of the migration pack and unpack in the same way. */
import postgres, { type Sql } from 'postgres';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { toRows } from '../../src/store/batch.rows.js';
import { contextColumns, contextId, imageId } from '../../src/store/interned-ids.js';
import { lifeRow } from '../../src/store/life.rows.js';
import { createDatabase, type TestDatabase } from '../support/database.js';
import { described, exited } from '../support/events.js';

let database: TestDatabase;
let sql: Sql;
beforeAll(async () => {
  database = await createDatabase();
  sql = postgres(database.url, { max: 1 });
});
afterAll(async () => {
  await sql?.end();
  await database?.drop();
});

const seconds = 1_000_000_000n;
const starts = [
  '0',
  '1499999',
  '1501000',
  String(86_400n * seconds - 1n),
  String(86_400n * seconds),
  String(2n ** 62n),
];
const zeros = [
  '2026-11-30T00:00:00.000Z',
  '2026-11-30T23:59:59.999Z',
  '1970-01-01T00:00:00.000Z',
  '2090-07-01T12:00:00.123Z',
];
const execs = [undefined, 0n, 1n, 1_000n, 2_147_483_647_000n, 2_147_483_647_001n, 2n ** 60n];
const endings = [
  [undefined, undefined, false, false],
  [0, undefined, false, true],
  [255, undefined, true, false],
  [undefined, 1, true, true],
  [undefined, 64, false, false],
] as const;

test.each(zeros)('times_and_days_from_%s', async (zero) => {
  for (const start of starts) {
    const row = pack(start, zero, { at: String(BigInt(start) + 5n * seconds) });
    const [said] = await sql`
      select second_of(at) as started_s, millisecond_of(at) as started_rest, day_of(${zero}::timestamptz, ${start}::bigint) as day
      from (select (${zero}::timestamptz + ${start}::bigint / 1000 * interval '1 microsecond')::timestamptz(3) as at) t`;
    expect({ started_s: row[11], started_rest: row[15], day: row[14] }).toEqual({ ...said });
  }
});

test.each(execs)('an_exec_%s_ns_after_the_start', async (offset) => {
  const start = 7n * seconds;
  const exec = offset === undefined ? undefined : String(start + offset);
  const row = pack(String(start), zeros[0]!, exec === undefined ? {} : { execAt: exec });
  const [said] = await sql`select exec_offset(${String(start)}::bigint, ${exec ?? null}::bigint) as packed`;
  expect(row[10]).toBe(said!['packed']);
  const [back] = await sql`select exec_of(${String(start)}::bigint, ${row[10]!}::int)::text as exec`;
  if (exec === undefined) expect(back!['exec']).toBeNull();
  else expect(BigInt(back!['exec'] as string)).toBeGreaterThanOrEqual(BigInt(exec));
});

test.each(endings)(
  'an_end_with_code_%s_signal_%s_core_%s_reconstructed_%s',
  async (code, signal, coreDumped, reconstructed) => {
    const { code: _, ...event } = exited({ pid: 7, start: '5' }, 9_007);
    const end = {
      ...event,
      ...(code === undefined ? {} : { code }),
      ...(signal ? { signal } : {}),
      coreDumped,
      reconstructed,
    };
    const [row] = toRows([described({ pid: 7, start: '5' }), { ...end, cpuTime: '77', peakRss: 5_000 }]).processes;
    const packed = lifeRow(row!, clock(zeros[0]!), names);
    const [said] = await sql`select ending_of(${code ?? null}::int, ${signal ?? null}::int) as ending`;
    expect(packed[17]).toBe(said!['ending']);
    await sql`truncate lives`;
    await sql`insert into lives values ${sql([[...packed]] as never)}`;
    expect([
      ...(await sql`select died_at, exit_code, signal, core_dumped, reconstructed, cpu_ns::text, peak_rss_bytes::text from deaths`),
    ]).toEqual([
      {
        ...{ died_at: new Date('2026-11-30T00:00:09.007Z'), exit_code: code ?? null, signal: signal ?? null },
        ...{ core_dumped: coreDumped, reconstructed, cpu_ns: '77', peak_rss_bytes: '5120' },
      },
    ]);
  },
);

test('those_who_ask_for_stops_are_the_same_here_and_there', async () => {
  for (const comm of ['systemctl', 'shutdown', 'poweroff', 'reboot', 'halt', 'kexec', 'init', 'telinit', 'sh', '']) {
    const [row] = toRows([described({ pid: 7, start: '5000000' }, { comm })]).processes;
    const [said] = await sql`select asks_for_stops(${comm}) as asks`;
    expect(Number(lifeRow(row!, clock(zeros[0]!), names)[15]) >= 1_024).toBe(said!['asks']);
  }
});

test('images_and_contexts_have_the_same_names_here_and_there', async () => {
  const [state] = await sql<{ salt: string }[]>`select salt from history_state`;
  const whole = { exe: '/usr/bin/grün', argsCut: true, tty: 'pts/0', cgroup: '/a', unit: 'a.service' };
  const login = { user: { uid: 4_294_967_294, name: '' }, session: 3, sourceAddress: '10.0.0.1' };
  const container = { id: 'abc', runtime: 'runc', pod: 'p' };
  for (const more of [
    {},
    { comm: '' },
    { args: [] },
    { args: ['a', '', '1:b', '鬼'] },
    { ...whole, login, container, kernelThread: true },
  ]) {
    const [row] = toRows([described({ pid: 7, start: '5' }, more)]).processes;
    const { comm, exe, args, args_cut: cut } = row!;
    const context = JSON.stringify(Object.fromEntries(contextColumns.map((column) => [column, row![column]])));
    const [said] = await sql`select image_id(${comm}, ${exe ?? null}, ${[...args]}::text[], ${cut})::text as image,
      context_of(c.origin, c.kernel_thread, c.uid, c.user_name, c.login_uid, c.login_name, c.login_session, c.tty, c.cgroup, c.unit,
        c.container_id, c.container_runtime, c.container_pod, c.login_source)::text as context
      from json_populate_record(null::contexts, ${context}::text::json) c`;
    expect({ image: imageId(state!.salt, row!), context: contextId(state!.salt, row!) }).toEqual({ ...said });
  }
});

const names = { image: '1', context: '2' };

function clock(zero: string) {
  return { boot: 3, hostId: 4, zeroMs: Date.parse(zero), firstZeroMs: Date.parse(zero) };
}

function pack(start: string, zero: string, more: Parameters<typeof described>[1]) {
  const [row] = toRows([described({ pid: 7, start }, more)]).processes;
  return lifeRow(row!, clock(zero), names);
}
