import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Event } from '../../src/contract/index.js';
import {
  agentStart,
  described,
  ended,
  exited,
  init,
  killing,
  life,
  loss,
  ns,
  signalled,
  wall,
} from '../support/events.js';
import { eventually } from '../support/eventually.js';
import type { TestHost } from '../support/host.js';
import { countStatements } from '../support/statement-counter.js';
import { startStack, type Answer, type Stack } from '../support/stack.js';

let stack: Stack;
let web: TestHost;
let db: TestHost;

const [sshd, bash, sudo, kill, worker] = [life(200), life(201), life(202), life(203), life(204)];
const login = { user: { uid: 1000, name: 'alice' }, session: 7, sourceAddress: '10.0.0.5' };

/** alice, logged in on pts/0, kills a worker as root by sudo; a loss shortly before. */
const story: Event[] = [
  agentStart(1),
  described(init, { comm: 'systemd', args: ['/sbin/init'], user: { uid: 0, name: 'root' } }),
  described(sshd, { comm: 'sshd', parent: init, user: { uid: 0, name: 'root' } }),
  described(bash, { comm: 'bash', args: ['-bash'], parent: sshd, login, tty: 'pts/0' }),
  described(sudo, {
    comm: 'sudo',
    args: ['sudo', 'kill'],
    parent: bash,
    login,
    tty: 'pts/0',
    user: { uid: 0, name: 'root' },
  }),
  described(worker, {
    comm: 'worker',
    args: ['/opt/app/worker', '--queue', 'mail'],
    exe: '/opt/app/worker',
    parent: init,
    cgroup: '/system.slice/mail-worker.service',
    unit: 'mail-worker.service',
    container: { id: 'c0ffee', runtime: 'podman', pod: 'f3a1' },
  }),
  described(kill, {
    comm: 'kill',
    args: ['/bin/kill', '-9', '204'],
    parent: sudo,
    login,
    tty: 'pts/0',
    user: { uid: 0, name: 'root' },
  }),
  signalled(worker, 4_000, 15, { sender: kill, disposition: 'caught' }),
  loss(4_500, 4_600),
  signalled(worker, 5_000, 9, { sender: kill }),
  ended(worker, 5_001, 9),
  exited(kill, 5_010),
];

beforeAll(async () => {
  stack = await startStack();
  web = await stack.enroll('web-1');
  db = await stack.enroll('db_1');
  await stack.enroll('dbx1');
  await web.send(story);
  await web.send([
    described(life(300), { comm: 'crasher', parent: init }),
    signalled(life(300), 6_000, 11, { code: 1, address: '0xdead' }),
    { ...ended(life(300), 6_001, 11), coreDumped: true },
    described(life(301), { comm: 'failing', parent: init }),
    exited(life(301), 6_100, 3),
  ]);
  await db.send([
    agentStart(1, { rung: 'procfs', blindSpots: ['Cannot see senders.'] }),
    described(life(400)),
    ended(life(400), 7_000, 9),
  ]);
});
afterAll(() => stack.close());

async function ask(query: string, variables?: object): Promise<Answer> {
  const { data, errors } = await stack.gql(query, variables);
  expect(errors).toBeUndefined();
  return data;
}

const verdictFields = `verdict { cause confidence summary inChinese: summary(locale: ZH) rule engine evidence { kind at text }
  actor { kind process { pid comm args user { uid name } } ancestry { pid comm } login { user { uid name } session tty sourceAddress } } }`;

describe('whoKilled', () => {
  test('names_cause_actor_command_line_ancestry_login_evidence_and_losses', async () => {
    const { whoKilled } = await ask(`{ whoKilled(host: "web-1", pid: 204) {
      diedAt exitCode signal { number name } coreDumped host { name rung }
      process { pid ppid comm exe args argsCut cgroup unit container { id runtime pod } kernelThread startedAt endedAt user { uid name } ancestry { comm } }
      losses { since until cause count } ${verdictFields} } }`);
    expect(whoKilled).toMatchObject({
      diedAt: wall(5_001),
      exitCode: null,
      signal: { number: 9, name: 'SIGKILL' },
      coreDumped: false,
      host: { name: 'web-1', rung: 'EBPF' },
      process: {
        pid: 204,
        ppid: 1,
        comm: 'worker',
        args: ['/opt/app/worker', '--queue', 'mail'],
        endedAt: wall(5_001),
        cgroup: '/system.slice/mail-worker.service',
        unit: 'mail-worker.service',
        container: { id: 'c0ffee', runtime: 'podman', pod: 'f3a1' },
        ancestry: [{ comm: 'systemd' }],
      },
      losses: [{ since: wall(4_500), until: wall(4_600), cause: 'ring-overrun', count: 7 }],
    });
    const { verdict } = whoKilled;
    expect(verdict).toMatchObject({ cause: 'SIGNALED', rule: 'signaled' });
    expect(verdict.summary).toMatch(
      /^SIGKILL from kill \(pid 203, .*kill -9 204.*run by alice \(ssh from 10.0.0.5, pts\/0\) as root via sudo ended worker \(pid 204\) of mail-worker.service/,
    );
    expect(verdict.inChinese).toMatch(
      /^worker（pid 204，mail-worker.service，podman 容器 c0ffee）被 alice（ssh 来自 10.0.0.5，pts\/0）以 root 身份经 sudo 运行的 kill（pid 203，.*kill -9 204.*）用 SIGKILL 杀死/,
    );
    expect(verdict.confidence).toBeGreaterThan(0.5);
    expect(verdict.confidence).toBeLessThan(0.99);
    expect(verdict.actor).toEqual({
      kind: 'HUMAN',
      process: { pid: 203, comm: 'kill', args: ['/bin/kill', '-9', '204'], user: { uid: 0, name: 'root' } },
      ancestry: [202, 201, 200, 1].map((pid, n) => ({ pid, comm: ['sudo', 'bash', 'sshd', 'systemd'][n] })),
      login: { user: { uid: 1000, name: 'alice' }, session: 7, tty: 'pts/0', sourceAddress: '10.0.0.5' },
    });
    expect(verdict.evidence.map((item: Answer) => item.kind)).toEqual(
      expect.arrayContaining(['signal', 'sender', 'exit', 'loss']),
    );
    expect(verdict.evidence.filter((item: Answer) => item.at !== null).map((item: Answer) => item.at)).toContain(
      wall(5_000),
    );
  });

  test('tells_a_crash_from_a_failure', async () => {
    const { crash, failure } =
      await ask(`{ crash: whoKilled(host: "web-1", pid: 300) { coreDumped verdict { cause actor { kind } } }
      failure: whoKilled(host: "web-1", pid: 301) { exitCode signal { name } verdict { cause actor { kind } } } }`);
    expect(crash).toEqual({ coreDumped: true, verdict: { cause: 'CRASHED', actor: { kind: 'SELF' } } });
    expect(failure).toMatchObject({ exitCode: 3, signal: null, verdict: { cause: 'FAILED' } });
  });

  test('an_answer_that_suffers_from_the_sensor_says_so', async () => {
    const { whoKilled } = await ask(
      `{ whoKilled(host: "db_1", pid: 400) { host { blindSpots } verdict { cause summary confidence } } }`,
    );
    expect(whoKilled.host.blindSpots).toEqual(['Cannot see senders.']);
    expect(whoKilled.verdict.summary).toContain('procfs');
    expect(whoKilled.verdict.confidence).toBeLessThan(0.5);
  });

  test('a_death_that_is_on_its_way_is_waited_for', async () => {
    await web.send([described(life(310))]);
    const asked = ask('{ whoKilled(host: "web-1", pid: 310) { exitCode } }');
    await web.send([exited(life(310), 8_000, 4)]);
    expect(await asked).toEqual({ whoKilled: { exitCode: 4 } });
  });
});

describe('filters', () => {
  const pids = async (list: string, filter: string) =>
    (
      await ask(
        `{ ${list}(filter: { ${filter} }, first: 200) { nodes { ${list === 'deaths' ? 'process { pid }' : 'pid'} } } }`,
      )
    )[list].nodes
      .map((node: Answer) => (list === 'deaths' ? node.process.pid : node.pid))
      .sort((a: number, b: number) => a - b);

  test.each([
    ['host: "db_1"', [400]],
    ['host: "dbx1"', []],
    [`host: "web-1", since: "${wall(6_001)}", until: "${wall(6_100)}"`, [300]],
    [`since: "${wall(7_001)}", until: "${wall(7_500)}"`, []],
    ['cause: [CRASHED, FAILED]', [300, 301, 310]],
    ['cause: [OOM_GLOBAL]', []],
    ['cause: []', []],
    ['actor: [HUMAN]', [204]],
    ['actor: [WHODUNIT]', []],
    ['signal: [11]', [300]],
    ['signal: [1, 2]', []],
    ['exe: "/opt/app/worker"', [204]],
    ['exe: "worker"', [204]],
    ['exe: "app/worker"', []],
    ['command: "--queue mail"', [204]],
    ['command: "crasher"', [300]],
    ['command: "%"', []],
    ['loginUser: "alice"', [203, 204]],
    ['loginUser: "bob"', []],
    ['unit: "mail-worker.service"', [204]],
    ['unit: "mail-worker"', []],
    ['pid: 301', [301]],
    ['pid: 200', []],
    ['host: "web-1", signal: [9], exe: "worker", loginUser: "alice", cause: SIGNALED', [204]],
  ])('deaths with %s', async (filter, expected) => {
    await decideAll();
    expect(await pids('deaths', filter)).toEqual(expected);
  });

  test.each([
    ['host: "db_1"', [400]],
    ['host: "dbx1"', []],
    ['pid: 201', [201]],
    ['pid: 999', []],
    ['exe: "bash"', [201]],
    ['exe: "/usr/bin/ba"', []],
    ['command: "-9 204"', [203]],
    ['command: "_"', []],
    ['user: "root", host: "web-1"', [1, 200, 202, 203]],
    ['user: "nobody"', []],
    [`host: "web-1", since: "${wall(201)}", until: "${wall(203)}"`, [201, 202]],
    ['host: "web-1", alive: true', [1, 200, 201, 202]],
    ['host: "db_1", alive: false', [400]],
    ['host: "db_1", alive: true', []],
  ])('processes with %s', async (filter, expected) => {
    expect(await pids('processes', filter)).toEqual(expected);
  });

  test.each([
    ['name: "web"', ['web-1']],
    ['name: "b_"', ['db_1']],
    ['name: "%"', []],
    ['rung: PROCFS', ['db_1']],
    ['rung: TRACEFS', []],
    ['', ['db_1', 'dbx1', 'web-1']],
  ])('hosts with %s', async (filter, expected) => {
    const { hosts } = await ask(`{ hosts(filter: { ${filter} }) { nodes { name } } }`);
    expect(hosts.nodes.map((node: Answer) => node.name)).toEqual(expected);
  });

  /** Filters by cause and actor find what has been decided: have the real worker decide, once. */
  let decided = false;
  async function decideAll() {
    if (decided) return;
    const worker = await stack.startWorker();
    await eventually(async () => (await stack.sql`select from pending_verdicts`).length === 0);
    await worker.close();
    decided = true;
  }
});

describe('pages', () => {
  const many = 500;
  let crowd: TestHost;

  beforeAll(async () => {
    crowd = await stack.enroll('crowd');
    const lives = Array.from({ length: many }, (_, n) => life(1_000 + n, 10));
    await crowd.send([
      agentStart(1),
      described(init),
      ...lives.flatMap((ref) => [described(ref, { parent: init }), exited(ref, 9_000, 1)]),
    ]);
    await crowd.send(
      Array.from({ length: 30 }, (_, n) =>
        signalled(init, 9_500, n + 1, { sender: life(1_000, 10), disposition: 'ignored', result: 'ignored' }),
      ),
    );
  });

  async function walk(
    connection: string,
    first: number,
    between: () => Promise<unknown> = async () => undefined,
  ): Promise<string[]> {
    const found: string[] = [];
    let after: string | null = null;
    do {
      const data: Answer = await ask(`query ($first: Int, $after: String) { ${connection} }`, { first, after });
      const page = data.deaths ?? data.processes ?? data.whole?.nodes[0].page;
      expect(page.edges.map((edge: Answer) => edge.node)).toEqual(page.nodes);
      found.push(...page.nodes.map((node: Answer) => node.id));
      after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
      await between();
    } while (after !== null);
    return found;
  }
  const body = '{ edges { node { id } } nodes { id } pageInfo { hasNextPage endCursor } }';
  const ofInit = (field: string) =>
    `whole: processes(filter: { host: "crowd", pid: 1 }, first: 1) { nodes { page: ${field}(first: $first, after: $after) ${body} } }`;

  test('deaths_of_one_instant_are_walked_without_gap_or_repeat_also_while_new_ones_arrive', async () => {
    let next = 5_000;
    const arrive = () => crowd.send([described(life(++next, 20)), exited(life(next, 20), 9_000 + next, 1)]);
    const found = await walk(`deaths(filter: { host: "crowd" }, first: $first, after: $after) ${body}`, 37, arrive);
    expect(found).toHaveLength(many);
    expect(new Set(found).size).toBe(many);
  });

  test('processes_are_walked_without_gap_or_repeat', async () => {
    const [row] = await stack.sql`select count(*)::int as n from processes where host_id = ${crowd.id}`;
    const found = await walk(`processes(filter: { host: "crowd" }, first: $first, after: $after) ${body}`, 41);
    expect([found.length, new Set(found).size]).toEqual([row!.n, row!.n]);
  });

  test('children_are_walked_without_gap_or_repeat', async () => {
    const found = await walk(ofInit('children'), 83);
    expect([found.length, new Set(found).size]).toEqual([many, many]);
  });

  test('signals_received_of_one_instant_are_walked_without_gap_or_repeat', async () => {
    const found = await walk(ofInit('signalsReceived'), 7);
    expect([found.length, new Set(found).size]).toEqual([30, 30]);
  });

  test('hosts_are_walked_in_the_order_of_their_names', async () => {
    const names: string[] = [];
    let after: string | null = null;
    do {
      const { hosts }: Answer = await ask(
        'query ($a: String) { hosts(first: 1, after: $a) { nodes { name } pageInfo { hasNextPage endCursor } } }',
        { a: after },
      );
      names.push(hosts.nodes[0].name);
      after = hosts.pageInfo.hasNextPage ? hosts.pageInfo.endCursor : null;
    } while (after);
    expect(names).toEqual(['crowd', 'db_1', 'dbx1', 'web-1']);
  });

  test('signals_know_their_sender_as_it_was_and_their_target', async () => {
    const { whoKilled } = await ask(`{ whoKilled(host: "web-1", pid: 204) { process {
      signalsReceived(first: 5) { nodes { at code thread disposition signal { name } sender { comm } target { comm } } }
      parent { comm } death { exitCode } } verdict { actor { process { signalsSent { nodes { signal { number } target { pid } } } } } } } }`);
    expect(whoKilled.process).toMatchObject({ parent: { comm: 'systemd' }, death: { exitCode: null } });
    expect(whoKilled.process.signalsReceived.nodes).toEqual([
      {
        at: wall(5_000),
        code: 0,
        thread: null,
        disposition: 'DEFAULT',
        signal: { name: 'SIGKILL' },
        sender: { comm: 'kill' },
        target: { comm: 'worker' },
      },
      {
        at: wall(4_000),
        code: 0,
        thread: null,
        disposition: 'CAUGHT',
        signal: { name: 'SIGTERM' },
        sender: { comm: 'kill' },
        target: { comm: 'worker' },
      },
    ]);
    expect(whoKilled.verdict.actor.process.signalsSent.nodes).toMatchObject([
      { signal: { number: 9 } },
      { signal: { number: 15 } },
    ]);
  });
});

test('a_page_of_fifty_deaths_costs_as_many_statements_as_one_of_five', async () => {
  const host = await stack.enroll('costly');
  const twice = (n: number) => killing(life(2_000 + 2 * n), life(2_001 + 2 * n), 9_000 + 2 * n);
  await host.send([agentStart(1), ...Array.from({ length: 60 }, (_, n) => twice(n)).flat()]);
  const counter = await countStatements(stack.env.databaseUrl);
  const counted = await startStack({ databaseUrl: counter.url });
  const statementsOf = async (first: number) => {
    const before = counter.count();
    const { data, errors } = await counted.gql(`{ deaths(filter: { host: "costly" }, first: ${first}) {
      nodes { id host { name } losses { cause } process { pid parent { pid } death { id } ancestry { pid } } ${verdictFields} } } }`);
    expect(errors).toBeUndefined();
    expect(data.deaths.nodes).toHaveLength(first);
    return counter.count() - before;
  };
  try {
    // A connection that opens meanwhile brings statements of its own, so the least of a few is the page's.
    const least = async (first: number) => Math.min(...(await inTurn(4, () => statementsOf(first))));
    const [five, fifty] = [await least(5), await least(50)];
    expect(fifty).toBe(five);
    expect(five).toBeGreaterThan(5);
    expect(five).toBeLessThan(25);
  } finally {
    await counted.close();
    await counter.close();
  }
});

async function inTurn<T>(times: number, work: () => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  for (let n = 0; n < times; n++) results.push(await work());
  return results;
}

test('an_undecided_death_is_answered_with_the_verdict_that_the_worker_reaches', async () => {
  const host = await stack.enroll('undecided');
  const shell = described(life(60), { comm: 'bash', execAt: ns(70) });
  await host.send([
    agentStart(1),
    shell,
    ...killing(life(50), life(51), 100),
    described(life(60), { execAt: ns(400), comm: 'later' }),
  ]);
  await host.send([
    described(life(61)),
    signalled(life(61), 300, 15, { sender: life(60) }),
    ended(life(61), 301, 15),
    described(life(62)),
    exited(life(62), 500, 137),
  ]);
  const query = `{ deaths(filter: { host: "undecided" }) { nodes { id diedAt ${verdictFields} } } }`;
  expect((await stack.sql`select from deaths where host_id = ${host.id} and engine is null`).length).toBe(3);
  const undecided = await ask(query);
  const worker = await stack.startWorker();
  await eventually(
    async () => (await stack.sql`select from deaths where host_id = ${host.id} and engine is not null`).length === 3,
  );
  await worker.close();
  expect(await ask(query)).toEqual(undecided);
});
