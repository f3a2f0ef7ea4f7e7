/**
 * Every check that an agent makes on processes and files, on conditions made for real: what it has to find, and the same without
 * the fault beside it. All are set up, the agent's own code looks once, and each check is held to what it said. Nothing of this
 * machine's settings is touched: those are read below another root.
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { answerQuestion } from '../../agent/src/audit/answer-question.js';
import { openProcfs } from '../../agent/src/source/procfs.js';
import { readBootId } from '../../agent/src/source/proc.js';
import { createRedactor } from '../../agent/src/track/redact.js';
import { agentChecks, Answer, type AuditFinding, type AuditProcessFilter } from '../../src/contract/index.js';
import { cgroupHierarchies, createCgroups } from '../support/cgroups.js';
import { requirePrerequisite } from '../support/prerequisite.js';
import { compileProgram, eventually } from './agent-process.js';

const directory = mkdtempSync(join(tmpdir(), 'whodunit-audit-'));
const cgroups = createCgroups();
const children: ChildProcess[] = [];
const orphans: number[] = [];
const sensor = openProcfs([]);
let canProtect = false;
const isHere = requirePrerequisite('root', 'python3', 'cc', 'unshare') && cgroupHierarchies().includes('pids');

interface Asking {
  readonly checks?: readonly string[];
  readonly filter?: AuditProcessFilter;
  readonly root?: string;
}

async function ask({ checks = agentChecks, filter, root = '' }: Asking): Promise<Answer> {
  const question = { version: 1, id: crypto.randomUUID(), expiresInSeconds: 60, longLivedSeconds: 0 } as const;
  const answer = await answerQuestion(
    { ...question, checks: [...checks], ...(filter && { filter }) },
    {
      sensor,
      root,
      bootId: readBootId(),
      nameOfUser: (uid) => (uid === 0 ? 'root' : undefined),
      redact: createRedactor([]),
      tools: { run: async () => ({ ok: false, failure: { code: 'x/y', sentence: 'There is no systemd here.' } }) },
      signal: new AbortController().signal,
    },
  );
  return Answer.parse(answer);
}

async function child(program: string, ...args: readonly string[]): Promise<number> {
  // In a process group of its own: it ends with all that it has started.
  const started = spawn(program, args, { stdio: ['ignore', 'pipe', 'ignore'], cwd: directory, detached: true });
  children.push(started);
  await once(started, 'spawn');
  return started.pid!;
}

/** Its first line is a pid. */
async function childThatSays(
  program: string,
  ...args: readonly string[]
): Promise<readonly [own: number, said: number]> {
  const own = await child(program, ...args);
  const [line] = (await once(children.at(-1)!.stdout!, 'data')) as [Buffer];
  return [own, Number(line)];
}

/** Without a parent but init, and without a terminal: `script` is a shell's, and execs. */
function orphan(script: string): number {
  const run = `setsid sh -c '${script}' </dev/null >/dev/null 2>&1 & echo $!`;
  const pid = Number(spawnSync('sh', ['-c', run], { encoding: 'utf8', cwd: directory }).stdout);
  orphans.push(pid);
  return pid;
}

const text = (path: string) => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
};
const statusOf = (pid: number) => text(`/proc/${pid}/status`);
const runs = (pid: number, comm: string) => text(`/proc/${pid}/comm`) === `${comm}\n`;
const withChild = 'if (fork() == 0) { exec "sleep", "300.04" } sleep 300';
const ends = 'import signal,time;signal.signal(signal.SIGTERM,lambda *_:exit());';

/** By check: who has it, and who has not. */
const positive: Partial<Record<string, number>> = {};
const negative: Partial<Record<string, number>> = {};

function place(name: string, content: string): void {
  const path = join(directory, 'root', name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}

async function signals(): Promise<void> {
  positive['IGNORES_SIGTERM'] = orphan('trap "" TERM; exec sleep 300.01');
  negative['IGNORES_SIGTERM'] = positive['NO_SIGTERM_HANDLER'] = orphan('exec sleep 300.02');
  const python = spawnSync('python3', ['-c', 'import sys;print(sys.executable)'], { encoding: 'utf8' }).stdout.trim();
  positive['ROOT_WITHOUT_NEED'] = orphan(`exec ${realpathSync(python)} -c "${ends}time.sleep(300)"`);
  negative['NO_SIGTERM_HANDLER'] = positive['ROOT_WITHOUT_NEED'];
  const nobody = 'exec setpriv --reuid=65534 --clear-groups';
  negative['ROOT_WITHOUT_NEED'] = orphan(`${nobody} perl -e "sleep 300"`);
  positive['UNSUPERVISED_DAEMON'] = negative['IGNORES_SIGTERM'];
  negative['UNSUPERVISED_DAEMON'] = await child('sleep', '300.03');
  positive['SIGCHLD_IGNORED'] = await child('perl', '-e', `$SIG{CHLD} = "IGNORE"; ${withChild}`);
  negative['SIGCHLD_IGNORED'] = await child('sh', '-c', 'sleep 300.05 & wait; sleep 300');
  positive['HOLDS_CAP_KILL'] = await child(
    ...([
      'setpriv',
      '--reuid=65534',
      '--clear-groups',
      '--inh-caps=+kill',
      '--ambient-caps=+kill',
      'sleep',
      '300',
    ] as const),
  );
  negative['HOLDS_CAP_KILL'] = negative['ROOT_WITHOUT_NEED'];
  const inits = [`sleep`, `perl`] as const;
  await child('unshare', '--pid', '--fork', '--kill-child', 'sleep', '300.06');
  positive['DEAF_CONTAINER_INIT'] = await childOf(children.at(-1)!.pid!, inits[0]);
  await child('unshare', '--pid', '--fork', '--kill-child', 'perl', '-e', '$SIG{TERM}=sub{exit};sleep 300');
  negative['DEAF_CONTAINER_INIT'] = await childOf(children.at(-1)!.pid!, inits[1]);
}

const childOf = (pid: number, comm: string) =>
  eventually(`a child of ${pid}`, () => {
    const found = Number(text(`/proc/${pid}/task/${pid}/children`).trim());
    return found > 0 && runs(found, comm) && found;
  });

async function states(): Promise<void> {
  const troubles = (await compileProgram('troubles'))!;
  positive['ZOMBIES'] = (await childThatSays(troubles, 'zombie'))[0];
  negative['ZOMBIES'] = negative['SIGCHLD_IGNORED'];
  const vfork = await child(troubles, 'vfork');
  positive['UNINTERRUPTIBLE'] = vfork;
  negative['UNINTERRUPTIBLE'] = positive['STOPPED'] = await child('sleep', '300.07');
  process.kill(positive['STOPPED'], 'SIGSTOP');
  negative['STOPPED'] = negative['UNSUPERVISED_DAEMON'];
}

async function files(): Promise<void> {
  const [old, fresh] = [join(directory, 'old-sleep'), join(directory, 'new-sleep')];
  for (const path of [old, fresh]) copyFileSync(realpathSync('/bin/sleep'), path);
  positive['DELETED_EXECUTABLE'] = await child(old, '300');
  negative['DELETED_EXECUTABLE'] = await child(fresh, '300');
  const library = /^\S+ r-xp .* (\/\S*libc\.so\.6)$/m.exec(text('/proc/self/maps'))?.[1] ?? '';
  const copy = join(directory, 'libcopy.so.6');
  copyFileSync(library.replace('libc.so.6', 'libm.so.6'), copy);
  positive['DELETED_LIBRARY'] = await child('env', `LD_PRELOAD=${copy}`, 'sleep', '300.08');
  negative['DELETED_LIBRARY'] = negative['DELETED_EXECUTABLE'];
  await eventually('the copies run', () => {
    return (
      runs(positive['DELETED_EXECUTABLE']!, 'old-sleep') &&
      text(`/proc/${positive['DELETED_LIBRARY']}/maps`).includes(copy)
    );
  });
  unlinkSync(old);
  unlinkSync(copy);
}

async function limits(): Promise<void> {
  const opens = (many: number) =>
    `import resource,time;resource.setrlimit(resource.RLIMIT_NOFILE,(64,64));f=[open('/dev/null') for _ in range(${many})];print(1,flush=True);time.sleep(300)`;
  positive['FILE_LIMIT'] = (await childThatSays('python3', '-c', opens(59)))[0];
  negative['FILE_LIMIT'] = (await childThatSays('python3', '-c', opens(10)))[0];
  const four = 'sleep 300 & sleep 300 & sleep 300 & sleep 300 & echo 1; wait';
  const limited = (uid: number, most: number) =>
    childThatSays('setpriv', `--reuid=${uid}`, '--clear-groups', 'prlimit', `--nproc=${most}`, 'sh', '-c', four);
  positive['PROCESS_LIMIT'] = (await limited(64_901, 5))[0];
  negative['PROCESS_LIMIT'] = (await limited(64_902, 50))[0];
  positive['CORE_LIMIT'] = orphan('ulimit -c 0; exec sleep 300.09');
  negative['CORE_LIMIT'] = orphan('ulimit -c unlimited; exec tail -f /dev/null');
  positive['OOM_PROTECTED'] = await child('sleep', '300.10');
  negative['OOM_PROTECTED'] = await child('sleep', '300.11');
  // Below what it was ever given takes CAP_SYS_RESOURCE, which not every machine's root has: then oom-protected.spec.ts has to do.
  canProtect = spawnSync('sh', ['-c', `echo -1000 > /proc/${positive['OOM_PROTECTED']}/oom_score_adj`]).status === 0;
  const victim = await child('sleep', '300.12');
  writeFileSync(`/proc/${victim}/oom_score_adj`, '1000');
  cgroups.move(cgroups.make('systemd', `whodunit-${process.pid}/redis-server.service`), victim);
  positive['LIKELY_OOM_VICTIM'] = victim;
  negative['LIKELY_OOM_VICTIM'] = positive['OOM_PROTECTED'];
  const crowded = cgroups.make('pids', `whodunit-${process.pid}/crowded.service`);
  const roomy = cgroups.make('pids', `whodunit-${process.pid}/roomy.service`);
  for (const [folder, most] of [
    [crowded, 2],
    [roomy, 20],
  ] as const) {
    writeFileSync(join(folder, 'pids.max'), String(most));
    for (let count = 0; count < 2; count += 1) cgroups.move(folder, await child('sleep', '300.13'));
  }
}

describe.runIf(isHere)('what an agent finds', () => {
  let answer: Answer;
  const found = (check: string, within = answer) => within.findings.filter((finding) => finding.check === check);
  const pids = (findings: readonly AuditFinding[]) =>
    findings.map(({ subject }) => (subject.kind === 'process' ? subject.pid : 0));

  beforeAll(async () => {
    await signals();
    await states();
    await files();
    await limits();
    await eventually('all have become what they are to be', () => {
      const shells = [...orphans, ...children.map(({ pid }) => pid!)].filter(
        (pid) => runs(pid, 'setpriv') || runs(pid, 'env'),
      );
      return (
        shells.length === 0 && /^SigCgt:\t0*4002$|^SigCgt:\t.*4...$/m.test(statusOf(positive['ROOT_WITHOUT_NEED']!))
      );
    });
    answer = await ask({});
  });
  afterAll(async () => {
    for (const pid of orphans) process.kill(pid, 'SIGKILL');
    for (const one of children)
      if (one.exitCode === null && one.signalCode === null) process.kill(-one.pid!, 'SIGKILL');
    await Promise.all(children.map(async (one) => one.exitCode ?? one.signalCode ?? (await once(one, 'exit'))));
    cgroups.remove();
    rmSync(directory, { recursive: true, force: true });
  });

  const ofProcesses = [
    ...['IGNORES_SIGTERM', 'NO_SIGTERM_HANDLER', 'DEAF_CONTAINER_INIT', 'UNSUPERVISED_DAEMON', 'OOM_PROTECTED'],
    ...['LIKELY_OOM_VICTIM', 'ZOMBIES', 'UNINTERRUPTIBLE', 'STOPPED', 'CORE_LIMIT', 'FILE_LIMIT', 'PROCESS_LIMIT'],
    ...['DELETED_EXECUTABLE', 'DELETED_LIBRARY', 'ROOT_WITHOUT_NEED', 'SIGCHLD_IGNORED', 'HOLDS_CAP_KILL'],
  ];
  test.for(ofProcesses)('%s_finds_who_has_it_and_not_who_has_not', (check, { skip }) => {
    skip(check === 'OOM_PROTECTED' && !canProtect, 'CAP_SYS_RESOURCE is missing');
    const [has, hasNot] = [positive[check]!, negative[check]!];
    expect(pids(found(check))).not.toContain(hasNot);
    // One finding stands for all that run the same program in the same unit.
    const exe = ofPid(found(check), has) ?? found(check).find(({ facts }) => Number(facts['alike']) > 1);
    expect(exe, `${check} of ${has}: ${JSON.stringify(found(check))}`).toBeDefined();
  });
  const ofPid = (findings: readonly AuditFinding[], pid: number) => findings[pids(findings).indexOf(pid)];

  test('PIDS_CGROUP_finds_the_crowded_one_and_names_its_unit', () => {
    const units = found('PIDS_CGROUP').map(({ subject }) => (subject.kind === 'unit' ? subject.unit : ''));
    expect(units).toContain('crowded.service');
    expect(units).not.toContain('roomy.service');
  });

  test('units_are_left_out_where_there_is_no_systemd_and_it_is_said', () => {
    const units = ['RESTART_MISSING', 'STOP_TIMEOUT', 'OOM_POLICY', 'MEMORY_MAX_MISSING'];
    expect(answer.skipped.map(({ check }) => check)).toEqual(units);
    expect(answer.cut).toEqual([]);
  });

  test('facts_say_how_much', () => {
    expect(ofPid(found('FILE_LIMIT'), positive['FILE_LIMIT']!)).toMatchObject({
      facts: { limit: 64, openFiles: expect.any(Number), percent: expect.any(Number) },
      subject: { start: expect.stringMatching(/^\d+$/), uid: 0, user: 'root' },
    });
    expect(ofPid(found('ZOMBIES'), positive['ZOMBIES']!)).toMatchObject({ facts: { zombies: 1, comm: 'troubles' } });
  });

  test.each([
    ['OVERCOMMIT', { 'proc/sys/vm/overcommit_memory': '1' }, { 'proc/sys/vm/overcommit_memory': '0' }],
    ['OVERCOMMIT', { 'proc/sys/vm/panic_on_oom': '1' }, { 'proc/sys/vm/panic_on_oom': '0' }],
    [
      'OVERCOMMIT',
      { 'proc/sys/vm/overcommit_memory': '2', 'proc/meminfo': 'CommitLimit:    1000 kB\nCommitted_AS:    960 kB\n' },
      { 'proc/sys/vm/overcommit_memory': '2', 'proc/meminfo': 'CommitLimit:    1000 kB\nCommitted_AS:    100 kB\n' },
    ],
    ['KERNEL_LOG_HIDES_OOM', { 'proc/sys/vm/oom_dump_tasks': '0' }, { 'proc/sys/vm/oom_dump_tasks': '1' }],
    ['KERNEL_LOG_HIDES_OOM', { 'etc/systemd/journald.conf.d/a.conf': '[Journal]\nReadKMsg=no\n' }, {}],
    [
      'CORE_DUMPS_LOST',
      { 'proc/sys/kernel/core_pattern': '|/no/such/handler %p' },
      { 'proc/sys/kernel/core_pattern': '/var/cores/%p' },
    ],
    ['CORE_DUMPS_LOST', { 'proc/sys/kernel/core_pattern': '|/bin/false' }, {}],
    ['CORE_DUMPS_LOST', { 'proc/sys/kernel/core_pattern': 'core' }, {}],
    [
      'CORE_DUMPS_LOST',
      {
        'proc/sys/kernel/core_pattern': '|/usr/lib/systemd/systemd-coredump %P',
        'usr/lib/systemd/systemd-coredump': '',
        'etc/systemd/coredump.conf': '[Coredump]\nStorage=none\n',
      },
      {
        'proc/sys/kernel/core_pattern': '|/usr/lib/systemd/systemd-coredump %P',
        'usr/lib/systemd/systemd-coredump': '',
        'etc/systemd/coredump.conf': '[Coredump]\n#Storage=none\n',
      },
    ],
    [
      'CRON_KILLS',
      {
        'etc/crontab': 'PATH=/bin\n# 1 1 * * * root killall x\n5 4 * * * root pkill -9 -f leaky --token=hunter2\n',
        'etc/cron.daily/tidy': '#!/bin/sh\nsystemctl restart leaky.service\n',
        'var/spool/cron/crontabs/dana': '@daily /bin/kill -HUP `cat /run/x.pid`\n',
      },
      { 'etc/crontab': '5 4 * * * root /usr/local/bin/skilled-worker\n5 4 * * * root kill -0 1\n' },
    ],
  ])('%s_below_another_root', async (check, bad, good) => {
    for (const [content, expected] of [
      [bad, Object.keys(bad).filter((name) => /cron/.test(name)).length || 1],
      [good, 0],
    ] as const) {
      rmSync(join(directory, 'root'), { recursive: true, force: true });
      mkdirSync(join(directory, 'root'));
      for (const [name, value] of Object.entries(content)) place(name, `${value}\n`);
      const looked = await ask({ checks: [check], root: join(directory, 'root') });
      expect(looked.findings.map(({ facts }) => facts)).toHaveLength(expected);
      expect(JSON.stringify(looked)).not.toContain('hunter2');
    }
  });

  test('a_filter_finds_by_masks_memory_files_state_age_and_user', async () => {
    const matches = async (filter: AuditProcessFilter) => pids((await ask({ checks: [], filter })).findings);
    expect(await matches({ ignores: [15], exe: 'sleep' })).toContain(positive['IGNORES_SIGTERM']);
    expect(await matches({ ignores: [15] })).not.toContain(negative['IGNORES_SIGTERM']);
    expect(await matches({ catches: [15], user: 'root' })).toContain(positive['ROOT_WITHOUT_NEED']);
    expect(await matches({ defaults: [15], user: '64901' })).toContain(positive['PROCESS_LIMIT']);
    expect(await matches({ states: ['T'] })).toContain(positive['STOPPED']);
    expect(await matches({ fdsMin: 60, exe: realpathSync(`/proc/${positive['FILE_LIMIT']}/exe`) })).toContain(
      positive['FILE_LIMIT'],
    );
    expect(await matches({ unit: 'redis-server.service' })).toContain(positive['LIKELY_OOM_VICTIM']);
    expect(await matches({ memoryBytesMin: 2 ** 50 })).toEqual([]);
    expect(await matches({ olderThanSeconds: 1_000_000_000 })).toEqual([]);
    expect(await matches({ youngerThanSeconds: 100_000, exe: 'sleep', memoryBytesMax: 2 ** 50 })).toContain(
      positive['STOPPED'],
    );
  });

  test('a_check_of_a_newer_server_is_said_to_be_unknown', async () => {
    const { skipped, findings } = await ask({ checks: ['NEXT_YEARS_CHECK'] });
    expect(findings).toEqual([]);
    expect(skipped).toMatchObject([{ check: 'NEXT_YEARS_CHECK' }]);
  });
});
