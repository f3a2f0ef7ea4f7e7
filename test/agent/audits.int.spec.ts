/** Audits against the real API, worker and Postgres; agents are light clients of the same wire, many in one process. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, realpathSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { request, type IncomingMessage } from 'node:http';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { limits, Question, type Answer, type AuditFinding } from '../../src/contract/index.js';
import { skipKernelLogHistory } from '../support/kernel-log.js';
import { agentStart, described, ended, init, life, ns, signalled } from '../support/events.js';
import { eventually } from '../support/eventually.js';
import { enrollToken, type TestHost } from '../support/host.js';
import { gqlAs, tokenFor } from '../support/jobs.js';
import { agentBundle, buildAgent } from './agent-process.js';
import { startStack, type Answer as Data, type Stack } from '../support/stack.js';

beforeAll(buildAgent);

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function stackWith(worker = true): Promise<Stack> {
  const stack = await startStack({ worker });
  cleanups.push(() => stack.close());
  return stack;
}

interface Listener {
  readonly questions: Question[];
  close(): void;
}

type Reply = (question: Question) => Partial<Answer> | undefined;

/** Holds the stream as an agent does, and answers; `undefined`: stays silent. */
function listen(stack: Stack, host: Pick<TestHost, 'credential' | 'bootId'>, reply: Reply): Promise<Listener> {
  const questions: Question[] = [];
  const headers = { authorization: `Bearer ${host.credential}` };
  return new Promise((resolve, reject) => {
    const sent = request(`${stack.url}/v1/commands`, { headers, agent: false }, (response: IncomingMessage) => {
      let text = '';
      response.setEncoding('utf8').on('error', () => undefined);
      response.on('data', (chunk: string) => {
        text += chunk;
        for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
          const lines = text.slice(0, end).split('\n');
          text = text.slice(end + 2);
          const data = lines.find((line) => line.startsWith('data: '));
          if (!data || !lines.includes('event: question')) continue;
          const question = Question.parse(JSON.parse(data.slice(6)));
          questions.push(question);
          const told = reply(question);
          // The test may be over, and the stack closed.
          if (told) answer(stack, host, question.id, told).catch(() => undefined);
        }
      });
      const close = () => void response.destroy();
      cleanups.push(async () => close());
      resolve({ questions, close });
    });
    sent.on('error', reject);
    sent.end();
  });
}

function answer(
  stack: Stack,
  { credential, bootId }: Pick<TestHost, 'credential' | 'bootId'>,
  question: string,
  told: Partial<Answer> = {},
): Promise<Response> {
  const nothing = { processes: 100, durationMs: 20, findings: [], cut: [], skipped: [] };
  const body = JSON.stringify({ version: 1, question, bootId, ...nothing, ...told });
  return stack.fetch('/v1/answers', { method: 'POST', token: credential, body });
}

const zombies = (pid: number, exe = '/usr/bin/leaky'): AuditFinding => ({
  check: 'ZOMBIES',
  severity: 'WARNING',
  subject: { kind: 'process', pid, start: ns(pid), comm: 'leaky', exe, commandLine: '=cmd|calc "x"', uid: 1000 },
  facts: { zombies: 3 },
});

const fields = `{ id state progress hostCount answeredCount refusedCount endedAt requestedBy checks findingCounts { severity count } }`;
const runAudit = `mutation ($input: AuditInput!) { runAudit(input: $input) ${fields} }`;

async function ask(stack: Stack, query: string, variables: object = {}): Promise<Data> {
  const { data, errors } = await stack.gql(query, variables);
  if (errors) throw new Error(JSON.stringify(errors));
  return Object.values(data)[0];
}

const run = (stack: Stack, input: object) => ask(stack, runAudit, { input });
const show = (stack: Stack, id: string) => ask(stack, `query ($id: ID!) { audit(id: $id) ${fields} }`, { id });
const inState = (stack: Stack, id: string, state: string) =>
  eventually(async () => {
    const audit = await show(stack, id);
    return audit.state === state && audit;
  });

/** The real one, as its bundle, on the rung that needs no kernel; and a process to be asked for. */
async function startRealAgent(stack: Stack): Promise<{ readonly exe: string; readonly pid: number }> {
  const stateDir = await mkdtemp(join(tmpdir(), 'whodunit-agent-'));
  skipKernelLogHistory(stateDir);
  const args = [agentBundle, 'run', '--no-config', '--sensor', 'procfs', '--api', stack.url, '--state-dir', stateDir];
  const env = { ...process.env, WHODUNIT_ENROLL_TOKEN: await enrollToken(stack) };
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'ignore', 'ipc'], env });
  cleanups.push(async () => {
    child.kill('SIGTERM');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    await rm(stateDir, { recursive: true, force: true });
  });
  await once(child, 'message');
  const exe = join(stateDir, 'audited');
  copyFileSync(realpathSync('/bin/sleep'), exe);
  const audited = spawn(exe, ['300'], { stdio: 'ignore' });
  cleanups.push(async () => audited.kill('SIGKILL'));
  return { exe, pid: audited.pid! };
}

/** Enrolled in one statement: 500 that enrol one by one say nothing about audits. */
async function fleet(stack: Stack, many: number): Promise<Pick<TestHost, 'credential' | 'bootId' | 'name'>[]> {
  await stack.sql`insert into hosts (machine_id, name, last_seen_at, agent_version, rung)
    select md5(n::text), 'sim-' || lpad(n::text, 4, '0'), now(), '0.1.0', 'ebpf' from generate_series(1, ${many}) n`;
  await stack.sql`insert into host_credentials (host_id, hash)
    select id, sha256(convert_to('wd_host_' || rpad(name, 43, 'x'), 'UTF8')) from hosts where name like 'sim-%'`;
  const rows = await stack.sql<{ name: string }[]>`select name from hosts where name like 'sim-%' order by name`;
  return rows.map(({ name }) => ({ name, credential: `wd_host_${name.padEnd(43, 'x')}`, bootId: crypto.randomUUID() }));
}

/** `AUDIT_AGENTS=500` is the size that audits are made for; a hundred show the same in CI. */
const many = Number(process.env['AUDIT_AGENTS'] ?? 100);

test('a_fleet_is_asked_one_host_comes_late_one_never_and_two_runs_are_compared', { timeout: 120_000 }, async () => {
  const stack = await stackWith();
  const hosts = await fleet(stack, many);
  const real = await startRealAgent(stack);
  const all = many + 1;
  const [dead, late, worse, ...others] = hosts;
  let isSecond = false;
  const replyOf = (host: (typeof hosts)[number]): Reply => {
    return () => {
      if (host === worse) return { findings: isSecond ? [zombies(7)] : [] };
      if (host === others[0]) return { findings: isSecond ? [] : [zombies(8)] };
      return { findings: host === others[1] ? [zombies(isSecond ? 10 : 9)] : [] };
    };
  };
  await Promise.all([worse!, ...others].map((host) => listen(stack, host, replyOf(host))));
  const told: number[] = [];
  const feed = stack.subscribe('subscription { audits { progress } }');
  cleanups.push(() => feed.dispose());
  void (async () => {
    for (let next = await feed.next(); !next.done; next = await feed.next()) told.push(next.value.data.audits.progress);
  })().catch(() => undefined);
  await sleep(200);

  const input = { checks: ['ZOMBIES'], filter: { exe: real.exe }, expiresInSeconds: 600 };
  const first = await run(stack, input);
  expect(first).toMatchObject({
    state: 'RUNNING',
    hostCount: all,
    requestedBy: 'admin',
    checks: ['ZOMBIES', 'MATCHES_FILTER'],
  });
  const partly = await eventually(async () => {
    const audit = await show(stack, first.id);
    return audit.answeredCount === all - 2 && audit;
  });
  expect(partly).toMatchObject({ state: 'RUNNING', progress: ((all - 2) / all) * 100 });
  const simulated = `query ($id: ID!) { audit(id: $id) { findings(filter: { check: [ZOMBIES] }) { nodes { host { name } } } } }`;
  const found = (await ask(stack, simulated, { id: first.id })).findings.nodes.map((node: Data) => node.host.name);
  expect(found).toEqual(expect.arrayContaining([others[0]!.name, others[1]!.name]));
  const ofReal = `query ($id: ID!, $host: String!) { audit(id: $id) {
    findings(first: 200, filter: { check: [MATCHES_FILTER], host: $host }) { nodes { subject { pid commandLine } } } } }`;
  const { findings } = await ask(stack, ofReal, { id: first.id, host: hostname() });
  expect(findings.nodes.map((node: Data) => node.subject.pid)).toEqual([real.pid]);
  await eventually(() => told.some((progress) => progress > 0 && progress < 90) && told.at(-1)! > 90);

  const lateListener = await listen(stack, late!, () => ({ findings: [zombies(11)] }));
  await eventually(async () => (await show(stack, first.id)).answeredCount === all - 1);
  expect(lateListener.questions).toMatchObject([{ id: first.id, checks: ['ZOMBIES'] }]);
  expect(lateListener.questions[0]!.expiresInSeconds).toBeLessThanOrEqual(600);

  await stack.sql`update audits set expires_at = now() where id = ${first.id}`;
  expect(await inState(stack, first.id, 'EXPIRED')).toMatchObject({ answeredCount: all - 1 });
  const unanswered = await ask(
    stack,
    'query ($id: ID!) { audit(id: $id) { hosts(state: [UNANSWERED]) { nodes { host { name } sentAt } } } }',
    { id: first.id },
  );
  expect(unanswered.hosts.nodes).toEqual([{ host: { name: dead!.name }, sentAt: null }]);
  expect((await answer(stack, dead!, first.id)).status).toBe(409);

  isSecond = true;
  const second = await run(stack, input);
  await eventually(async () => (await show(stack, second.id)).answeredCount === all - 1);
  const comparison = `query ($id: ID!) { audit(id: $id) { compareWith { with { id } newCount goneCount stillCount
    new: findings(change: NEW, filter: { check: [ZOMBIES] }) { nodes { host { name } } } gone: findings(change: GONE, filter: { check: [ZOMBIES] }) { nodes { host { name } } }
    still: findings(change: STILL, filter: { check: [ZOMBIES] }) { nodes { host { name } } } } } }`;
  const { compareWith } = await ask(stack, comparison, { id: second.id });
  const at = (...names: (string | undefined)[]) => ({ nodes: names.map((name) => ({ host: { name } })) });
  expect(compareWith).toMatchObject({
    with: { id: first.id },
    ...{ newCount: 1, goneCount: 1, stillCount: 3 },
    new: at(worse!.name),
    gone: at(others[0]!.name),
    still: { nodes: expect.arrayContaining(at(others[1]!.name, late!.name).nodes) },
  });
  expect((await ask(stack, comparison, { id: first.id })).compareWith).toBeNull();

  const stopped = await ask(stack, `mutation ($id: ID!) { stopAudit(id: $id) ${fields} }`, { id: second.id });
  expect(stopped).toMatchObject({ state: 'STOPPED', answeredCount: all - 1 });
  const again = await stack.gql('mutation ($id: ID!) { stopAudit(id: $id) { id } }', { id: second.id });
  expect(again.errors).toMatchObject([{ extensions: { code: 'audit/over' } }]);
  expect((await answer(stack, dead!, second.id)).status).toBe(409);
});

test('findings_have_reasons_and_a_remedy_that_a_job_takes_as_it_is', async () => {
  const stack = await stackWith();
  const host = await stack.enroll('web-1');
  await host.send([
    agentStart(1),
    described(init, { comm: 'systemd' }),
    described(life(50), { comm: 'leaky', parent: init }),
  ]);
  await listen(stack, host, () => ({
    findings: [
      {
        ...zombies(50),
        check: 'STOPPED',
        subject: { ...zombies(50).subject, comm: 'leaky', exe: '/bin/leaky' } as never,
      },
      {
        check: 'RESTART_MISSING',
        severity: 'INFO',
        subject: { kind: 'unit', unit: 'x.service' },
        facts: { restart: 'no' },
      },
    ],
    skipped: [{ check: 'OOM_POLICY', why: 'no systemd' }],
    cut: [{ check: 'ZOMBIES', count: 4 }],
  }));
  const { id } = await run(stack, { host: 'web-1' });
  await inState(stack, id, 'COMPLETED');
  const { findings, hosts } = await ask(
    stack,
    `query ($id: ID!) { audit(id: $id) {
      hosts { nodes { state processes duration cut { check count } skipped { check why } } }
      findings { nodes { check severity host { name } facts { name value } summary zh: summary(locale: ZH) why mend
        subject { kind unit pid commandLine user { uid } processId }
        remedy { action host unit process oomScoreAdj reason } } } } }`,
    { id },
  );
  expect(hosts.nodes).toEqual([
    {
      ...{ state: 'ANSWERED', processes: 100, duration: 20, cut: [{ check: 'ZOMBIES', count: 4 }] },
      skipped: [{ check: 'OOM_POLICY', why: 'no systemd' }],
    },
  ]);
  const [stopped, unit] = findings.nodes;
  expect(stopped).toMatchObject({
    summary: 'Stopped and forgotten: leaky (pid 50), on web-1',
    zh: '被停止后遗忘：leaky (pid 50)，主机 web-1',
    why: expect.stringContaining('locks'),
    remedy: { action: 'RESUME_PROCESS', host: 'web-1', process: stopped.subject.processId },
  });
  expect(unit).toMatchObject({ subject: { kind: 'UNIT', unit: 'x.service' }, remedy: null });
  const job = await ask(
    stack,
    'mutation ($input: JobInput!) { requestJob(input: $input) { dryRun plan { digest } objections { code } } }',
    {
      input: { ...stopped.remedy, dryRun: true },
    },
  );
  expect(job).toMatchObject({ dryRun: true, objections: [], plan: { digest: expect.any(String) } });

  const csv = await (await stack.fetch(`/v1/audits/${id}/findings.csv`)).text();
  expect(csv.split('\r\n')).toHaveLength(4);
  expect(csv).toContain(`"'=cmd|calc ""x"""`);
  expect(csv).not.toMatch(/(^|,)"[=+@-]/m);
  const json = (await (await stack.fetch(`/v1/audits/${id}/findings.json`)).json()) as object[];
  expect(json).toMatchObject([
    { host: 'web-1', check: 'STOPPED', commandLine: '=cmd|calc "x"' },
    { unit: 'x.service' },
  ]);
  expect((await stack.fetch('/v1/audits/nothing/findings.csv')).status).toBe(404);
  expect((await stack.fetch(`/v1/audits/${id}/findings.json`, { token: host.credential })).status).toBe(403);
});

test('what_the_server_knows_by_itself_needs_no_agent', async () => {
  const stack = await stackWith(false);
  await fleet(stack, 3);
  await stack.sql`update hosts set rung = 'procfs', blind_spots = '{"Signals are not seen."}' where name = 'sim-0001'`;
  await stack.sql`update hosts set agent_version = '0.0.9' where name = 'sim-0002'`;
  await stack.sql`update hosts set last_seen_at = now() - interval '2 h' where name = 'sim-0003'`;
  const checks = ['AGENT_LOWER_RUNG', 'AGENT_OUTDATED', 'AGENT_SILENT', 'STOPS_CUT_SHORT'];
  const audit = await run(stack, { selector: { name: 'sim-' }, checks });
  expect(audit).toMatchObject({ state: 'COMPLETED', progress: 100, hostCount: 3 });
  const { findings } = await ask(
    stack,
    'query ($id: ID!) { audit(id: $id) { findings { nodes { check severity host { name } } } } }',
    { id: audit.id },
  );
  expect(findings.nodes).toEqual([
    { check: 'AGENT_LOWER_RUNG', severity: 'WARNING', host: { name: 'sim-0001' } },
    { check: 'AGENT_OUTDATED', severity: 'WARNING', host: { name: 'sim-0002' } },
    { check: 'AGENT_SILENT', severity: 'CRITICAL', host: { name: 'sim-0003' } },
  ]);
});

test('a_question_that_the_database_could_not_give_out_is_asked_a_little_later', async () => {
  const stack = await stackWith(false);
  const host = await stack.enroll('web-1');
  const { questions } = await listen(stack, host, () => ({}));
  await stack.sql`create function broken() returns trigger language plpgsql as $$ begin raise exception 'broken'; end $$`;
  await stack.sql`create trigger broken before update on audit_hosts for each row execute function broken()`;
  const { id } = await run(stack, { host: 'web-1', checks: ['ZOMBIES'] });
  await sleep(500);
  expect(questions).toEqual([]);
  await stack.sql`drop function broken cascade`;
  await inState(stack, id, 'COMPLETED');
});

test('a_real_agent_is_known_by_its_rung_and_is_neither_silent_nor_outdated', async () => {
  const stack = await stackWith(false);
  await startRealAgent(stack);
  await eventually(async () => (await stack.sql`select from hosts where rung is not null`).length === 1);
  const { id } = await run(stack, {
    host: hostname(),
    checks: ['AGENT_LOWER_RUNG', 'AGENT_OUTDATED', 'AGENT_SILENT'],
  });
  const nodes = 'findings { nodes { check severity facts { name value } } }';
  const { findings } = await ask(stack, `query ($id: ID!) { audit(id: $id) { ${nodes} } }`, { id });
  expect(findings.nodes).toMatchObject([{ check: 'AGENT_LOWER_RUNG', severity: 'WARNING' }]);
  expect(findings.nodes[0].facts).toContainEqual({ name: 'rung', value: 'procfs' });
});

test('a_service_that_was_killed_while_it_stopped_is_found_and_one_that_stopped_in_time_is_not', async () => {
  const stack = await stackWith();
  const host = await stack.enroll('web-1');
  const service = (pid: number, name: string) =>
    described(life(pid), {
      comm: name,
      parent: init,
      unit: `${name}.service`,
      cgroup: `/system.slice/${name}.service`,
    });
  await host.send([
    agentStart(1),
    described(init, { comm: 'systemd', exe: '/usr/lib/systemd/systemd' }),
    service(50, 'slow'),
    service(60, 'quick'),
    signalled(life(50), 1_000, 15, { sender: init, disposition: 'caught' }),
    signalled(life(60), 1_000, 15, { sender: init }),
    ended(life(60), 1_010, 15),
    signalled(life(50), 91_000, 9, { sender: init }),
    ended(life(50), 91_001, 9),
  ]);
  await eventually(async () => (await stack.sql`select from deaths where engine is not null`).length === 2);
  // Deaths of the tests' events are of a fixed day.
  await stack.sql`update deaths set died_at = now()`;
  const { id } = await run(stack, { host: 'web-1', checks: ['STOPS_CUT_SHORT'] });
  const nodes = 'findings { nodes { check subject { unit } facts { name value } } }';
  const { findings } = await ask(stack, `query ($id: ID!) { audit(id: $id) { ${nodes} } }`, { id });
  expect(findings.nodes).toMatchObject([{ check: 'STOPS_CUT_SHORT', subject: { unit: 'slow.service' } }]);
  expect(findings.nodes[0].facts).toContainEqual({ name: 'stops', value: '1' });
});

test('bad_questions_and_answers_are_refused_with_a_code_and_change_nothing', async () => {
  const stack = await stackWith(false);
  const [host, other] = [await stack.enroll('web-1'), await stack.enroll('web-2')];
  const viewer = await tokenFor(stack, 'vera', 'viewer');
  expect((await gqlAs(stack, viewer, runAudit, { input: {} })).errors).toMatchObject([
    { extensions: { code: 'access/not-allowed' } },
  ]);
  const wrong: readonly (readonly [object, string])[] = [
    [{ host: 'nobody' }, 'audit/unknown-host'],
    [{ host: 'web-1', selector: { name: 'web' } }, 'audit/bad-request'],
    [{ checks: ['MATCHES_FILTER'] }, 'audit/bad-request'],
    [{ checks: [] }, 'audit/bad-request'],
    [{ filter: {} }, 'audit/bad-request'],
    [{ filter: { ignores: [99] } }, 'audit/bad-request'],
    [{ filter: { states: ['Q'] } }, 'audit/bad-request'],
    [{ filter: { memoryBytesMin: 0.5 } }, 'audit/bad-request'],
    [{ expiresInSeconds: 1 }, 'audit/bad-request'],
    [{ selector: { names: ['nobody'] } }, 'audit/unknown-host'],
  ];
  for (const [input, code] of wrong)
    expect((await stack.gql(runAudit, { input })).errors, JSON.stringify(input)).toMatchObject([
      { extensions: { code } },
    ]);
  expect(await stack.sql`select from audits`).toHaveLength(0);

  const { id } = await run(stack, { host: 'web-1', filter: { ignores: [15], exe: 'x' } });
  const status = async (told: Partial<Answer>, by = host, question = id) =>
    (await answer(stack, by, question, told)).status;
  expect(await status({ findings: [{ ...zombies(1), facts: { 'bad name': 1 } }] })).toBe(400);
  expect(await status({ findings: Array.from({ length: limits.findingsMax + 1 }, () => zombies(1)) })).toBe(400);
  expect(await status({}, other)).toBe(404);
  expect(await status({}, host, crypto.randomUUID())).toBe(404);
  expect((await stack.fetch('/v1/answers', { method: 'POST', body: '{}' })).status).toBe(403);
  expect(await show(stack, id)).toMatchObject({ state: 'RUNNING', answeredCount: 0 });
  expect(
    await status({
      findings: [
        { ...zombies(1), check: 'MATCHES_FILTER' },
        { ...zombies(2), check: 'NEXT_YEARS' },
      ],
    }),
  ).toBe(204);
  // The reply was lost, and it comes again.
  expect(await status({ findings: [zombies(3)] })).toBe(204);
  expect(await show(stack, id)).toMatchObject({
    state: 'COMPLETED',
    findingCounts: [{ severity: 'WARNING', count: 1 }],
  });

  const refused = await run(stack, { host: 'web-1' });
  await status({ refusal: { code: 'audit/too-many', detail: 'no' } }, host, refused.id);
  expect(await show(stack, refused.id)).toMatchObject({
    state: 'COMPLETED',
    refusedCount: 1,
    answeredCount: 0,
    progress: 100,
  });
  for (const bad of ['audit(id: "x") { id }', 'audits(filter: { state: [STOPPED] }) { nodes { id } }'])
    expect((await stack.gql(`{ ${bad} }`)).errors).toBeUndefined();
});

test('a_schedule_runs_at_once_and_again_when_it_is_due', async () => {
  const stack = await stackWith();
  await stack.enroll('web-1');
  const schedule =
    'mutation ($input: AuditInput!, $hours: Int!) { scheduleAudit(input: $input, everyHours: $hours) { id trouble } }';
  const bad = await stack.gql(schedule, { input: {}, hours: 0 });
  expect(bad.errors).toMatchObject([{ extensions: { code: 'audit/bad-request' } }]);
  const { id } = await ask(stack, schedule, { input: { checks: ['AGENT_SILENT'] }, hours: 6 });
  const runs = async () => (await ask(stack, '{ audits { nodes { id } } }')).nodes.length;
  await eventually(async () => (await runs()) === 1);
  await stack.sql`update audit_schedules set next_at = now() - interval '20 h'`;
  await eventually(async () => (await runs()) === 2);
  const [row] =
    await stack.sql`select next_at > now() as later, next_at < now() + interval '6 h' as soon from audit_schedules`;
  expect(row).toEqual({ later: true, soon: true });
  const end = 'mutation ($id: ID!) { endAuditSchedule(id: $id) { id endedAt } }';
  expect((await ask(stack, end, { id })).endedAt).not.toBeNull();
  expect(await ask(stack, '{ auditSchedules { id } }')).toEqual([]);
  expect((await stack.gql(end, { id })).errors).toMatchObject([{ extensions: { code: 'audit/unknown-schedule' } }]);
});
