/**
 * Put right without being asked, and only so far: the real agent, API and worker, with services that really die. One that is
 * restarted stays up; one that dies again and again ends with people being told, not in a loop.
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import postgres, { type Sql } from 'postgres';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { booted } from '../scenarios/e-services.js';
import { bootMachine, type Machine } from '../support/machine.js';
import { requirePrerequisite } from '../support/prerequisite.js';
import { startSystem, type System } from '../support/system.js';

const patience = { timeout: 60_000, interval: 200 };
const onSysvinit = requirePrerequisite('root', 'btf', 'libbpf', 'service') && !existsSync('/run/systemd/system');

interface Policy {
  readonly turns: readonly { outcome: string; code: string | null; detail: string | null; job: Job | null }[];
}
interface Job {
  readonly id: string;
  readonly state: string;
  readonly requestedBy: string;
}

/** A script of /etc/init.d for one program, and another one beside it that a restart ends. */
class InitScript {
  private readonly pidFile: string;
  private readonly script: string;

  constructor(
    readonly name: string,
    command: string,
  ) {
    this.pidFile = `/run/${name}.pid`;
    this.script = `/etc/init.d/${name}`;
    const begin = (what: string, file: string) => `${what} >/dev/null 2>&1 & echo $! > ${file}`;
    writeFileSync(
      this.script,
      `#!/bin/sh
stop() { for f in ${this.pidFile} ${this.pidFile}2; do [ -f $f ] && kill "$(cat $f)" 2>/dev/null; rm -f $f; done; }
start() { ${begin(command, this.pidFile)}; ${begin('/bin/sleep 300', `${this.pidFile}2`)}; }
case "$1" in
  restart) stop; start ;;
  start) start ;;
  stop) stop ;;
  status) [ -f ${this.pidFile} ] && kill -0 "$(cat ${this.pidFile})" || exit 3 ;;
esac
`,
    );
    chmodSync(this.script, 0o755);
  }

  start(): void {
    spawnSync('service', [this.name, 'start']);
  }

  pids(): [main: number, beside: number] {
    return [Number(readFileSync(this.pidFile, 'utf8')), Number(readFileSync(`${this.pidFile}2`, 'utf8'))];
  }

  remove(): void {
    spawnSync('service', [this.name, 'stop']);
    for (const file of [this.script, this.pidFile, `${this.pidFile}2`]) rmSync(file, { force: true });
  }
}

let system: System;
let sql: Sql;

async function asks<T>(query: string, variables: Record<string, unknown>): Promise<T> {
  const { data, errors } = await system.gql<Record<string, T>>(query, variables);
  expect(errors).toBeUndefined();
  return Object.values(data!)[0]!;
}

const save = (input: object) =>
  asks('mutation ($input: PolicyInput!) { savePolicy(input: $input) { name } }', { input });
const policyOf = (name: string) =>
  asks<Policy>(
    'query ($name: String!) { policy(name: $name) { turns { outcome code detail job { id state requestedBy code detail } } } }',
    { name },
  );
const told = (policy: string) => sql`select target, text from escalations where policy = ${policy}`;
const isAlive = (pid: number) => existsSync(`/proc/${pid}`);

describe.runIf(onSysvinit)('a policy', () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'policies-'));
  const [steadyProgram, crashyProgram] = [path.join(directory, 'steadyd'), path.join(directory, 'crashyd')];
  const steady = new InitScript(`steady-${process.pid}`, `${steadyProgram} 300`);
  const crashy = new InitScript(`crashy-${process.pid}`, `${crashyProgram} -c '/bin/sleep 1; exit 3'`);
  let machine: Machine | undefined;
  let [first, beside] = [0, 0];

  const common = (service: InitScript, cause: string, exe: string) => ({
    ...{ name: service.name, armed: true, do: { action: 'RESTART_SERVICE', service: service.name } },
    when: { death: { cause: [cause], exe: [exe], afterSeconds: 10 } },
  });

  beforeAll(async () => {
    system = await startSystem();
    sql = postgres(system.databaseUrl, { max: 1 });
    copyFileSync('/bin/sleep', steadyProgram);
    copyFileSync('/bin/sh', crashyProgram);
    await save(common(steady, 'SIGNALED', steadyProgram));
    await save({
      ...{ name: 'keep-crashy', armed: true, do: { action: 'RESTART_SERVICE' } },
      when: { death: { cause: ['FAILED'], unit: ['loops.service'], afterSeconds: 10 } },
    });
    steady.start();
    [first, beside] = steady.pids();
    await vi.waitFor(async () => {
      const page = await asks<{ nodes: object[] }>(
        'query ($host: String!, $pid: Int!) { processes(filter: { host: $host, pid: $pid }) { nodes { exe } } }',
        { host: system.host, pid: first },
      );
      expect(page.nodes).toContainEqual({ exe: steadyProgram });
    }, patience);
    process.kill(first, 'SIGKILL');
    if (requirePrerequisite('machine')) {
      machine = bootMachine();
      await booted(machine);
    }
  });
  afterAll(async () => {
    await machine?.close();
    for (const service of [steady, crashy]) service.remove();
    await sql?.end();
    await system?.close();
    rmSync(directory, { recursive: true, force: true });
  });

  test('restarts_a_service_once_after_a_death_and_it_stays_up', async () => {
    let job: Job | null = null;
    await vi.waitFor(async () => {
      const { turns } = await policyOf(steady.name);
      expect(turns).toMatchObject([{ outcome: 'ACTED', job: { state: 'SUCCEEDED' } }]);
      job = turns[0]!.job;
    }, patience);
    expect(job!.requestedBy).toBe(`policy:${steady.name}`);
    const [now] = steady.pids();
    expect(now).not.toBe(first);
    expect(isAlive(now)).toBe(true);
    // What the restart ended is told as its doing, with the policy that asked for it.
    const question = `query ($host: String!, $pid: Int!) { whoKilled(host: $host, pid: $pid) {
      verdict { cause summary actor { kind job { id requestedBy } } } } }`;
    await vi.waitFor(async () => {
      const { verdict } = await asks<{ verdict: object }>(question, { host: system.host, pid: beside });
      expect(verdict).toMatchObject({
        cause: 'REMEDIATION',
        summary: expect.stringContaining(`requested by policy:${steady.name}`),
        actor: { kind: 'WHODUNIT', job: { id: job!.id, requestedBy: `policy:${steady.name}` } },
      });
    }, patience);
    expect(await told(steady.name)).toEqual([]);
  });

  test('that_did_not_help_does_not_go_on_and_tells_people', async () => {
    await save({ ...common(crashy, 'FAILED', crashyProgram), atMostPerHour: 1 });
    crashy.start();
    await vi.waitFor(async () => {
      const { turns } = await policyOf(crashy.name);
      expect(turns).toMatchObject([{ outcome: 'TOLD' }, { outcome: 'ACTED' }]);
    }, patience);
    const { turns } = await policyOf(crashy.name);
    expect(turns[0]).toMatchObject({ code: 'remedy/policy-cap', detail: expect.stringContaining('may at most 1') });
    expect(turns[1]!.job).toMatchObject({ state: 'SUCCEEDED' });
    expect(await told(crashy.name)).toMatchObject([{ target: crashy.name }]);
    const deaths =
      await sql`select d.cause from deaths d join processes p using (boot, pid, start_ns) where p.exe = ${crashyProgram}`;
    expect(deaths).toEqual([{ cause: 'FAILED' }, { cause: 'FAILED' }]);
  });

  test.runIf(requirePrerequisite('machine'))('leaves_a_crash_loop_to_systemd_and_then_trips_the_breaker', async () => {
    const loops = ['/bin/sh', '-c', '/bin/sleep 0.3; exit 3'];
    machine!.run('systemd-run', '--unit=loops', '--property=Restart=always', ...loops);
    await vi.waitFor(async () => {
      const { turns } = await policyOf('keep-crashy');
      expect(turns).toMatchObject([{ outcome: 'TOLD', code: 'remedy/restart-loop', job: null }]);
    }, patience);
    expect(await told('keep-crashy')).toMatchObject([
      { target: 'loops.service', text: expect.stringContaining('a restart does not mend that') },
    ]);
    expect(await sql`select from jobs where requested_by = 'policy:keep-crashy'`).toHaveLength(0);
  });
});
