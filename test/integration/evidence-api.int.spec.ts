/** Evidence beside signals and exits, as GraphQL answers it and as it changes verdicts. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Event } from '../../src/contract/index.js';
import {
  coreDump,
  described,
  ended,
  exited,
  kernelLog,
  life,
  loss,
  ns,
  oomKill,
  oomReport,
  signalled,
  throttle,
  wall,
} from '../support/events.js';
import { eventually } from '../support/eventually.js';
import type { TestHost } from '../support/host.js';
import { startStack, type Answer, type Stack } from '../support/stack.js';

let stack: Stack;
let host: TestHost;
const mebibyte = 1024 * 1024;

beforeAll(async () => {
  stack = await startStack({ worker: true });
  host = await stack.enroll('box');
});
afterAll(() => stack.close());

async function ask(query: string, variables?: object): Promise<Answer> {
  const { data, errors } = await stack.gql(query, variables);
  expect(errors).toBeUndefined();
  return data;
}

const killed = async (pid: number, fields: string): Promise<Answer> =>
  (await ask(`query ($pid: Int!) { whoKilled(host: "box", pid: $pid) { ${fields} } }`, { pid })).whoKilled;

const oomDeath = (pid: number): Event[] => [
  described(life(pid), { comm: 'worker', cgroup: '/box' }),
  oomKill(life(pid), 4_999),
  signalled(life(pid), 4_999, 9, { code: 128, running: life(pid) }),
  ended(life(pid), 5_000, 9),
];

describe('the report of the OOM killer', () => {
  test('is_told_whole_and_decides', async () => {
    const mysqld = life(99);
    const trigger = { pid: 99, comm: 'mysqld', process: mysqld, gfpMask: 'GFP_KERNEL', order: 0, oomScoreAdj: -500 };
    await host.send([
      described(mysqld, { comm: 'mysqld' }),
      ...oomDeath(100),
      oomReport(life(100), 4_998, { trigger }),
    ]);
    const death = await killed(
      100,
      `verdict { cause actor { kind } confidence summary evidence { kind text } }
       oomReport { at constraint cgroup victimCgroup reconstructed groupKill cut limits { name usage limit failures }
         trigger { pid comm gfpMask order oomScoreAdj process { comm } } victim { totalVm anonRss oomScoreAdj score }
         tasks { nodes { pid uid comm rss swap pageTables oomScoreAdj } } }`,
    );
    expect(death.oomReport).toEqual({
      at: wall(4_998),
      constraint: 'MEMCG',
      cgroup: '/box',
      victimCgroup: '/box',
      reconstructed: false,
      groupKill: false,
      cut: false,
      limits: [{ name: 'memory', usage: 512 * mebibyte, limit: 512 * mebibyte, failures: 42 }],
      trigger: { ...trigger, process: { comm: 'mysqld' } },
      victim: { totalVm: 900 * mebibyte, anonRss: 470 * mebibyte, oomScoreAdj: 0, score: null },
      tasks: {
        nodes: [
          { pid: 100, uid: 1000, comm: 'worker', rss: 480 * mebibyte, swap: 0, pageTables: null, oomScoreAdj: 0 },
        ],
      },
    });
    expect(death.verdict).toMatchObject({
      cause: 'OOM_CGROUP',
      actor: { kind: 'KERNEL' },
      summary:
        "worker (pid 100) was killed by the kernel's OOM killer because cgroup /box reached its limit of 512 MiB; it held 480 " +
        'MiB; mysqld (pid 99) asked for memory.',
    });
  });

  test('re_decides_a_death_when_it_comes_late', async () => {
    await host.send(oomDeath(110));
    const decided = (cause: string) =>
      eventually(async () => {
        const [row] = await stack.sql`select cause from deaths where pid = 110`;
        return row?.['cause'] === cause;
      });
    await decided('UNKNOWN');
    expect((await killed(110, 'verdict { summary }')).verdict.summary).toContain(
      'whether the host or a cgroup ran out',
    );
    await host.send([oomReport(life(110), 4_997)]);
    await decided('OOM_CGROUP');
  });

  test('says_why_this_victim_what_would_have_spared_it_and_who_was_protected', async () => {
    const task = (pid: number, comm: string, size: number, oomScoreAdj: number) => {
      return { pid, comm, rss: size * mebibyte, swap: 0, pageTables: 0, oomScoreAdj };
    };
    const tasks = [
      ...[task(115, 'worker', 470, 0), task(7, 'java', 30, 0), task(8, 'redis', 12, -1_000)],
      ...Array.from({ length: 300 }, (_, n) => task(1_000 + n, 'small', 0, 0)),
    ];
    await host.send([...oomDeath(115), oomReport(life(115), 4_995, { tasks })]);
    const { verdict } = await killed(115, 'verdict { evidence { kind text } }');
    const texts = verdict.evidence.filter(({ kind }: Answer) => kind === 'oom').map(({ text }: Answer) => text);
    expect(texts).toEqual(
      expect.arrayContaining([
        'The victim was the worst of 303 candidates: 470 MiB of memory, swap and page tables; next was java (pid 7) with 30 MiB.',
        'An oom_score_adj of -861 or lower would have spared it, at the cost of java (pid 7).',
        'Protected by oom_score_adj (-1000: never killed) was redis (pid 8) by -1000, with 12 MiB.',
      ]),
    );
  });

  test('has_its_candidates_in_pages_the_largest_first', async () => {
    const tasks = Array.from({ length: 250 }, (_, n) => ({
      pid: 1_000 + n,
      comm: `task${n}`,
      rss: (n % 50) * mebibyte,
      swap: n < 3 ? 100 * mebibyte : 0,
    }));
    await host.send([...oomDeath(120), oomReport(life(120), 4_996, { tasks })]);
    const found: { pid: number; size: number }[] = [];
    let after: string | null = null;
    do {
      const data: Answer = await ask(
        `query ($after: String) { whoKilled(host: "box", pid: 120) { oomReport { tasks(first: 70, after: $after) {
          nodes { pid rss swap } pageInfo { hasNextPage endCursor } } } } }`,
        { after },
      );
      const page = data.whoKilled.oomReport.tasks;
      found.push(...page.nodes.map((task: Answer) => ({ pid: task.pid, size: task.rss + task.swap })));
      after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
    } while (after !== null);
    expect(new Set(found.map(({ pid }) => pid)).size).toBe(250);
    expect(found.map(({ size }) => size)).toEqual(found.map(({ size }) => size).toSorted((a, b) => b - a));
    expect(found.slice(0, 3).map(({ pid }) => pid)).toEqual([1_002, 1_001, 1_000]);
  });

  test('of_before_anybody_watched_gives_a_death_that_says_so', async () => {
    const victim = life(130, 4_000);
    await host.send([
      described(victim, { comm: 'old', origin: 'kernel-log', args: [], exe: undefined } as object),
      oomReport(victim, 4_000, {
        reconstructed: true,
        constraint: 'none',
        cgroup: undefined,
        memory: undefined,
      } as object),
      { ...ended(victim, 4_000, 9), reconstructed: true },
    ]);
    const death = await killed(
      130,
      'reconstructed runTime process { origin startedAt } verdict { cause confidence summary }',
    );
    expect(death).toMatchObject({
      reconstructed: true,
      runTime: null,
      process: { origin: 'KERNEL_LOG', startedAt: wall(4_000) },
      verdict: { cause: 'OOM_GLOBAL', confidence: 0.85 },
    });
    expect(death.verdict.summary).toMatch(/because the host ran out of memory;.*nobody watched/);
  });
});

test('a_core_dump_that_comes_late_is_in_the_sentence_and_in_the_evidence', async () => {
  const crasher = life(200);
  await host.send([
    described(crasher, { comm: 'crasher' }),
    signalled(crasher, 5_999, 11, { code: 1, address: '0x0' }),
    { ...ended(crasher, 6_000, 11), coreDumped: true },
  ]);
  expect(await killed(200, 'coreDump { path }')).toEqual({ coreDump: null });
  await host.send([
    coreDump(crasher, 7_000, {
      path: '/var/lib/systemd/coredump/core.crasher.zst',
      sizeBytes: 3 * 2 ** 30,
      truncated: true,
    }),
  ]);
  await eventually(async () => (await stack.sql`select from pending_verdicts`).length === 0);
  const death = await killed(
    200,
    'coreDump { path size truncated obstacle limit pattern } verdict { cause summary evidence { kind at text } }',
  );
  expect(death.coreDump).toEqual({
    path: '/var/lib/systemd/coredump/core.crasher.zst',
    size: 3 * 2 ** 30,
    truncated: true,
    obstacle: null,
    limit: null,
    pattern: 'core',
  });
  const clause = 'a core was dumped to /var/lib/systemd/coredump/core.crasher.zst (3 GiB, truncated)';
  expect(death.verdict.summary).toContain(`; ${clause}.`);
  expect(death.verdict.evidence).toContainEqual({ kind: 'core', at: wall(7_000), text: `A${clause.slice(1)}.` });
});

test('the_obstacle_to_a_core_dump_is_named', async () => {
  const crasher = life(210);
  await host.send([
    described(crasher),
    signalled(crasher, 5_999, 11, { code: 1, address: '0x0' }),
    ended(crasher, 6_000, 11),
    coreDump(crasher, 6_001, { obstacle: 'resource-limit', limitBytes: 0 }),
  ]);
  const { coreDump: dump, verdict } = await killed(210, 'coreDump { obstacle limit } verdict { summary }');
  expect(dump).toEqual({ obstacle: 'RESOURCE_LIMIT', limit: 0 });
  expect(verdict.summary).toContain('; no core was dumped: its core file size limit (RLIMIT_CORE) was 0 bytes.');
});

test('lines_of_the_kernel_log_are_evidence_and_the_last_few_are_told', async () => {
  const noisy = life(220);
  const lines = Array.from({ length: 6 }, (_, n) => kernelLog(noisy, 5_000 + n, { sequence: n, text: `line "${n}"` }));
  await host.send([described(noisy), ...lines, ended(noisy, 6_000, 11)]);
  const death = await killed(220, 'kernelLog { at topic text } verdict { evidence { kind text } }');
  expect(death.kernelLog.map((line: Answer) => line.text)).toEqual(['line "2"', 'line "3"', 'line "4"', 'line "5"']);
  expect(death.kernelLog[0]).toMatchObject({ at: wall(5_002), topic: 'SEGFAULT' });
  expect(death.verdict.evidence.find((item: Answer) => item.kind === 'kernel-log')).toEqual({
    kind: 'kernel-log',
    text: 'The kernel logged "line \\"2\\"".',
  });
});

test('what_a_process_used_and_how_long_it_lived_are_told', async () => {
  await host.send([
    described(life(230)),
    { ...exited(life(230), 1_730.25), cpuTime: '2500250000', peakRss: 5 * 2 ** 30 },
    described(life(231)),
    exited(life(231), 1_731),
  ]);
  const fields = 'runTime cpuTime peakRss reconstructed';
  expect(await killed(230, fields)).toEqual({
    runTime: 1_500.25,
    cpuTime: 2_500.25,
    peakRss: 5 * 2 ** 30,
    reconstructed: false,
  });
  expect(await killed(231, fields)).toEqual({ runTime: 1_500, cpuTime: null, peakRss: null, reconstructed: false });
});

test('signals_that_come_in_floods_are_counted', async () => {
  const jvm = life(240);
  await host.send([
    described(jvm),
    signalled(jvm, 2_000, 11, { code: 1, disposition: 'caught', count: 2 ** 40, until: ns(2_900) }),
    signalled(jvm, 3_000, 15, { disposition: 'caught' }),
  ]);
  const { processes } = await ask(
    '{ processes(filter: { host: "box", pid: 240 }) { nodes { signalsReceived { nodes { at until count } } } } }',
  );
  expect(processes.nodes[0].signalsReceived.nodes).toEqual([
    { at: wall(3_000), until: null, count: 1 },
    { at: wall(2_000), until: wall(2_900), count: 2 ** 31 - 1 },
  ]);
});

test('a_host_tells_its_losses_and_throttles_newest_first_in_pages', async () => {
  const other = await stack.enroll('noisy');
  await other.send([
    ...[1, 2, 3].map((n) => loss(n * 1_000, n * 1_000 + 500, { cause: 'throttled', cgroup: '/flood', count: n })),
    throttle('/flood', 1_000, { atMs: 4_000, count: 2 ** 33 }),
    throttle('/flood', 9_000),
  ]);
  const page = async (after: string | null) =>
    (
      await ask(
        `query ($after: String) { host(name: "noisy") { throttles { nodes { cgroup since until withheld } }
           losses(first: 2, after: $after) { nodes { since count cgroup } pageInfo { hasNextPage endCursor } } } }`,
        { after },
      )
    ).host;
  const first = await page(null);
  expect(first.throttles.nodes).toEqual([
    { cgroup: '/flood', since: wall(9_000), until: null, withheld: null },
    { cgroup: '/flood', since: wall(1_000), until: wall(4_000), withheld: 2 ** 33 },
  ]);
  expect(first.losses.nodes.map((node: Answer) => node.count)).toEqual([3, 2]);
  const second = await page(first.losses.pageInfo.endCursor);
  expect(second.losses.nodes).toEqual([{ since: wall(1_000), count: 1, cgroup: '/flood' }]);
  expect(second.losses.pageInfo.hasNextPage).toBe(false);
});
