/**
 * The main job: kill a process, ask who did it. Real processes, the real kernel, agent, API, worker, Postgres.
 * Every question is asked once, right after the end: the API waits up to one second for a death to arrive, so an answer is
 * an answer within that second.
 */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createCgroups } from '../support/cgroups.js';
import { requirePrerequisite } from '../support/prerequisite.js';
import { compile } from '../support/programs.js';
import { startSystem, type System } from '../support/system.js';

const run = promisify(execFile);

interface Party {
  readonly pid: number;
  readonly args: string[];
}
interface Answer {
  readonly exitCode: number | null;
  readonly signal: { name: string } | null;
  readonly process: Party & { ancestry: { pid: number }[] };
  readonly verdict: {
    readonly cause: string;
    readonly confidence: number;
    readonly summary: string;
    readonly evidence: { kind: string; text: string }[];
    readonly actor: { kind: string; process: Party | null; ancestry: { pid: number; comm: string }[] };
  };
}

const question = `query ($host: String!, $pid: Int!) {
  whoKilled(host: $host, pid: $pid) {
    exitCode signal { name } process { pid args ancestry { pid } }
    verdict { cause confidence summary evidence { kind text } actor { kind process { pid args } ancestry { pid comm } } }
  }
}`;

let system: System;
let ends: Awaited<ReturnType<typeof compile>>;

async function whoKilled(pid: number): Promise<Answer> {
  const reply = await system.gql<{ whoKilled: Answer }>(question, { host: system.host, pid });
  expect(reply.errors).toBeUndefined();
  return reply.data!.whoKilled;
}

/** A child that sleeps, once it has exec'ed. */
async function sleeper(): Promise<ChildProcess & { pid: number }> {
  const child = spawn('sleep', ['1000'], { stdio: 'ignore' });
  await once(child, 'spawn');
  return child as ChildProcess & { pid: number };
}

/** Runs an ending of the C program. */
async function ending(...args: string[]): Promise<number> {
  const child = spawn(ends.file, args, { stdio: 'ignore' });
  await once(child, 'exit');
  return child.pid!;
}

function expectKilledBy(answer: Answer, killer: Party, kind: string): void {
  expect(answer.verdict).toMatchObject({ cause: 'SIGNALED', actor: { kind, process: killer } });
  expect(answer.verdict.confidence).toBeGreaterThan(0.9);
  expect(answer.verdict.summary).toContain(`(pid ${killer.pid}`);
  expect(answer.verdict.summary).toContain(`(pid ${answer.process.pid})`);
  expectLineage(answer);
}

/** Ancestry reaches init, of the victim and of who did it. */
function expectLineage(answer: Answer): void {
  expect(answer.process.ancestry.at(-1)?.pid).toBe(1);
  expect(answer.verdict.actor.ancestry.at(-1)?.pid).toBe(1);
}

describe.runIf(requirePrerequisite('root', 'btf', 'libbpf', 'cc', 'python3', 'unshare'))('whoKilled', () => {
  beforeAll(async () => {
    [system, ends] = await Promise.all([startSystem(), compile('ends')]);
  });

  afterAll(async () => {
    await system?.close();
    await ends?.remove();
  });

  test('names_bin_kill_that_lived_for_a_millisecond', async () => {
    const victim = await sleeper();
    const killer = spawn('/bin/kill', ['-9', String(victim.pid)], { stdio: 'ignore' });
    await once(killer, 'exit');
    const answer = await whoKilled(victim.pid);
    expectKilledBy(answer, { pid: killer.pid!, args: ['/bin/kill', '-9', String(victim.pid)] }, 'PROCESS');
    expect(answer).toMatchObject({ signal: { name: 'SIGKILL' }, exitCode: null, process: { args: ['sleep', '1000'] } });
  });

  test('names_pkill_for_each_of_the_three_that_it_hit', async () => {
    // pkill sees, and so can hit, only what is in the pid namespace that this makes.
    const script = `
    for i in 1 2 3; do bash -c 'exec -a whodunit-prey-$0 sleep 1000' $i & done
    sleep 0.5
    pkill -9 -f whodunit-prey
    wait`;
    const before = new Date().toISOString();
    await run('unshare', ['--pid', '--fork', '--mount-proc', '--kill-child', 'bash', '-c', script]);
    const query = `query ($host: String!, $since: DateTime!) {
    deaths(filter: { host: $host, since: $since, command: "whodunit-prey-", signal: [9] }) { nodes { process { pid } } } }`;
    const pids = await eventually(async () => {
      const reply = await system.gql<{ deaths: { nodes: { process: Party }[] } }>(query, {
        host: system.host,
        since: before,
      });
      const nodes = reply.data!.deaths.nodes;
      return nodes.length === 3 ? nodes.map((node) => node.process.pid) : null;
    });
    const killers = new Set<number>();
    for (const pid of pids) {
      const answer = await whoKilled(pid);
      expect(answer.verdict).toMatchObject({ cause: 'SIGNALED', actor: { kind: 'PROCESS' } });
      expect(answer.verdict.actor.process?.args).toEqual(['pkill', '-9', '-f', 'whodunit-prey']);
      expectLineage(answer);
      killers.add(answer.verdict.actor.process!.pid);
    }
    expect(killers.size).toBe(1);
  });

  test('names_a_python_that_called_os_kill', async () => {
    const victim = await sleeper();
    const code = `import os, signal; os.kill(${victim.pid}, signal.SIGTERM)`;
    const killer = spawn('python3', ['-c', code], { stdio: 'ignore' });
    await once(killer, 'exit');
    const answer = await whoKilled(victim.pid);
    // Where python3 is a shim (pyenv), it execs the interpreter by its whole path.
    const [program] = answer.verdict.actor.process?.args ?? [];
    expect(program).toMatch(/(^|\/)python3$/);
    expectKilledBy(answer, { pid: killer.pid!, args: [program!, '-c', code] }, 'PROCESS');
    expect(answer.signal?.name).toBe('SIGTERM');
  });

  test.each([
    ['KEYBOARD', 'SIGINT', "os.write(terminal, b'\\x03')", /Ctrl-C, typed at its terminal pts\/\d+, ended sleep/],
    ['KEYBOARD', 'SIGQUIT', "os.write(terminal, b'\\x1c')", /Ctrl-\\, typed at its terminal pts\/\d+, ended sleep/],
    ['HANGUP', 'SIGHUP', 'os.close(terminal)', /SIGHUP ended sleep/],
  ])('tells_a_%s_by_%s_from_a_signal_that_somebody_sent', async (cause, signal, act, words) => {
    const code = `
import os, pty, time
pid, terminal = pty.fork()
if pid == 0: os.execv('/bin/sleep', ['sleep', '1000'])
time.sleep(0.3)
${act}
os.waitpid(pid, 0)
print(pid)`;
    const { stdout } = await run('python3', ['-c', code]);
    const answer = await whoKilled(Number(stdout));
    expect(answer).toMatchObject({ signal: { name: signal }, verdict: { cause, actor: { kind: 'KERNEL' } } });
    expect(answer.verdict.summary).toMatch(words);
  });

  test('tells_that_its_parent_ended_and_that_it_had_asked_for_a_signal_then', async () => {
    // setpriv asks for the signal, then becomes sleep; the shell between us ends by itself.
    const script = 'setpriv --pdeathsig TERM sleep 1000 & echo $!; sleep 0.3; true';
    const parent = spawn('bash', ['-c', script], { stdio: ['ignore', 'pipe', 'ignore'] });
    const [output] = (await once(parent.stdout, 'data')) as [Buffer];
    await once(parent, 'exit');
    const { verdict } = await whoKilled(Number(output));
    expect(verdict).toMatchObject({ cause: 'PARENT_DEATH', actor: { kind: 'KERNEL', process: { pid: parent.pid } } });
    expect(verdict.summary).toContain('with SIGTERM, because its parent bash');
  });

  test('tells_the_same_signal_of_a_living_parent_from_it', async () => {
    const script = 'sleep 1000 & kill -TERM $!; echo $!; wait; exec sleep 2';
    const parent = spawn('bash', ['-c', script], { stdio: ['ignore', 'pipe', 'ignore'] });
    const [output] = (await once(parent.stdout, 'data')) as [Buffer];
    const { verdict } = await whoKilled(Number(output));
    parent.kill();
    expect(verdict).toMatchObject({ cause: 'SIGNALED', actor: { kind: 'PARENT', process: { pid: parent.pid } } });
  });

  test('lays_a_graceful_stop_at_the_door_of_whoever_asked', async () => {
    const script = "trap 'exit 143' TERM; echo ready; while :; do sleep 0.01; done";
    const victim = spawn('bash', ['-c', script], { stdio: ['ignore', 'pipe', 'ignore'] });
    await once(victim.stdout, 'data');
    const killer = spawn('/bin/kill', [String(victim.pid)], { stdio: 'ignore' });
    await Promise.all([once(killer, 'exit'), once(victim, 'exit')]);
    const { verdict } = await whoKilled(victim.pid!);
    expect(verdict).toMatchObject({ cause: 'FAILED', actor: { kind: 'PROCESS', process: { pid: killer.pid } } });
    expect(verdict.summary).toMatch(/stopped as asked: it exited with status 143, .* after SIGTERM from kill/);
  });

  test('tells_that_the_init_of_its_pid_namespace_ended', async () => {
    const script = `bash -c 'exec -a whodunit-left-behind sleep 1000' & sleep 0.3; exit 0`;
    const init = spawn('unshare', ['--pid', '--fork', '--mount-proc', 'bash', '-c', script], { stdio: 'ignore' });
    await once(init, 'exit');
    const query = `query ($host: String!) {
    deaths(filter: { host: $host, command: "whodunit-left-behind", signal: [9] }) { nodes { process { pid } } } }`;
    const pid = await eventually(async () => {
      const reply = await system.gql<{ deaths: { nodes: { process: Party }[] } }>(query, { host: system.host });
      return reply.data!.deaths.nodes[0]?.process.pid ?? null;
    });
    const { verdict } = await whoKilled(pid);
    expect(verdict).toMatchObject({ cause: 'NAMESPACE_TEARDOWN', actor: { kind: 'KERNEL' } });
    expect(verdict.actor.process?.args).toEqual(['bash', '-c', script]);
  });

  test.runIf(requirePrerequisite('cgroup2'))('tells_who_wrote_to_cgroup_kill', async () => {
    const cgroups = createCgroups();
    try {
      const directory = cgroups.make('unified', `whodunit-kill-${process.pid}`);
      const victim = await sleeper();
      await run('sh', ['-c', `echo ${victim.pid} > ${directory}/cgroup.procs`]);
      const gone = once(victim, 'exit');
      const killer = spawn('sh', ['-c', `echo 1 > ${directory}/cgroup.kill`], { stdio: 'ignore' });
      await Promise.all([once(killer, 'exit'), gone]);
      const { verdict } = await whoKilled(victim.pid);
      expect(verdict).toMatchObject({ cause: 'CGROUP_KILL', actor: { kind: 'KERNEL', process: { pid: killer.pid } } });
      expect(verdict.summary).toContain('wrote to cgroup.kill');
    } finally {
      cgroups.remove();
    }
  });

  test('names_bash_for_its_builtin_kill', async () => {
    const victim = await sleeper();
    const killer = spawn('bash', ['-c', `kill -KILL ${victim.pid}; true`], { stdio: 'ignore' });
    await once(killer, 'exit');
    const answer = await whoKilled(victim.pid);
    expectKilledBy(answer, { pid: killer.pid!, args: ['bash', '-c', `kill -KILL ${victim.pid}; true`] }, 'PROCESS');
  });

  test('names_timeout_as_the_parent_that_ended_its_child', async () => {
    const parent = spawn('timeout', ['1', 'sleep', '100'], { stdio: 'ignore' });
    await once(parent, 'exit');
    const query = `query ($host: String!, $pid: Int!) {
    processes(filter: { host: $host, pid: $pid }) { nodes { children { nodes { pid } } } } }`;
    const child = await eventually(async () => {
      const reply = await system.gql<{ processes: { nodes: { children: { nodes: Party[] } }[] } }>(query, {
        host: system.host,
        pid: parent.pid,
      });
      return reply.data!.processes.nodes[0]?.children.nodes[0]?.pid ?? null;
    });
    const answer = await whoKilled(child);
    expectKilledBy(answer, { pid: parent.pid!, args: ['timeout', '1', 'sleep', '100'] }, 'PARENT');
    expect(answer.process.args).toEqual(['sleep', '100']);
  });

  test('tells_an_abort_from_a_signal_that_somebody_sent', async () => {
    const pid = await ending('abort');
    const answer = await whoKilled(pid);
    expect(answer).toMatchObject({ signal: { name: 'SIGABRT' }, exitCode: null });
    expect(answer.verdict).toMatchObject({
      cause: 'ABORTED',
      actor: { kind: 'SELF', process: { pid, args: [ends.file, 'abort'] } },
    });
    expect(answer.verdict.summary).toContain('abort');
    expectLineage(answer);
  });

  test('tells_a_null_pointer_with_its_address', async () => {
    const pid = await ending('null');
    const answer = await whoKilled(pid);
    expect(answer).toMatchObject({ signal: { name: 'SIGSEGV' }, exitCode: null });
    expect(answer.verdict).toMatchObject({ cause: 'CRASHED', actor: { kind: 'SELF', process: { pid } } });
    expect(answer.verdict.summary).toContain('SEGV_MAPERR at 0x0');
    expectLineage(answer);
  });

  test('says_that_exit_3_is_a_failure_of_its_own', async () => {
    const pid = await ending('exit', '3');
    const answer = await whoKilled(pid);
    expect(answer).toMatchObject({ exitCode: 3, signal: null });
    expect(answer.verdict).toMatchObject({ cause: 'FAILED', actor: { kind: 'SELF', process: { pid } } });
    expectLineage(answer);
  });

  test('says_that_exit_137_is_no_kill', async () => {
    const pid = await ending('exit', '137');
    const answer = await whoKilled(pid);
    expect(answer).toMatchObject({ exitCode: 137, signal: null });
    expect(answer.verdict).toMatchObject({ cause: 'FAILED', actor: { kind: 'SELF' } });
    expect(answer.verdict.summary).toMatch(/not a SIGKILL/);
  });
});

/** Asks until there is an answer. */
async function eventually<T>(ask: () => Promise<T | null>): Promise<T> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const answer = await ask();
    if (answer !== null) return answer;
    await sleep(50);
  }
  throw new Error('no answer came');
}
