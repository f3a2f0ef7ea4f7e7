/** C1 to C9: one process, one sender. */
import { requirePrerequisite } from '../support/prerequisite.js';
import { askAlive } from './ask.js';
import {
  childOf,
  ended,
  endLater,
  killedBy,
  send,
  sleeper,
  start,
  startDetached,
  startTalking,
  trapping,
  type Running,
} from './processes.js';
import { another, type Elsewhere, type Expected, type Produced, type Scenario, type Scene } from './scenario.js';

const login = 4242;
/** A shell of somebody who came by ssh, as far as anybody can tell: the environment that sshd makes, and loginuid. */
const asLogin = (command: string) => [
  'SSH_CONNECTION=192.0.2.7 50222 192.0.2.1 22',
  '/bin/bash',
  '-c',
  `echo ${login} > /proc/self/loginuid; /bin/true; ${command}; true`,
];
const sent = (signal: string, actor = another, ...shows: RegExp[]): Expected => ({
  cause: 'SIGNALED',
  actor,
  shows: [new RegExp(`${signal} from`), ...shows],
});

/** By test/fixtures/programs/sends.c, which lives on. */
const bySends =
  (how: string, signal: number, begin = start): Scenario['produce'] =>
  async (scene) => {
    const victim = begin(scene, '/bin/sleep', '1000');
    const sender = await startTalking(scene, await scene.program('sends'), how, String(victim.pid), String(signal));
    await victim.ended;
    return { pid: victim.pid, actorPid: sender.pid };
  };

const byProgram =
  (program: string, args: (pid: number) => readonly string[]): Scenario['produce'] =>
  async (scene) => {
    const victim = await sleeper(scene);
    return killedBy(scene, victim, program, ...args(victim.pid));
  };

async function stopGracefully(scene: Scene, victim: Running): Promise<Produced> {
  return killedBy(scene, victim, '/bin/kill', '-TERM', String(victim.pid));
}

async function runOut(scene: Scene, ...args: readonly string[]): Promise<Produced> {
  const timeout = start(scene, '/usr/bin/timeout', ...args);
  const pid = await childOf(timeout.pid);
  await timeout.ended;
  return { pid, actorPid: timeout.pid };
}

export const signals: readonly (Scenario | Elsewhere)[] = [
  {
    id: 'C1',
    title: 'kill -9 by /bin/kill, gone at once',
    expected: sent('SIGKILL', another, /"\/bin\/kill -9 \d+"/, /no cleanup was possible/),
    produce: async (scene) => {
      const victim = await sleeper(scene);
      return killedBy(scene, victim, '/bin/kill', '-9', String(victim.pid));
    },
  },
  {
    id: 'C1',
    title: "kill -9 by a shell's own kill",
    expected: sent('SIGKILL', another, /bash/),
    produce: byProgram('/bin/bash', (pid) => ['-c', `kill -KILL ${pid}; true`]),
  },
  {
    id: 'C1',
    title: 'kill -9 by a person who came by ssh',
    expected: sent('SIGKILL', 'HUMAN', /by uid 4242 \(ssh from 192\.0\.2\.7\)/, /"sourceAddress":"192\.0\.2\.7"/),
    produce: byProgram('/usr/bin/env', (pid) => asLogin(`kill -9 ${pid}`)),
  },
  {
    id: 'C1',
    title: 'os.kill of Python',
    expected: sent('SIGTERM', another, /python/),
    produce: async (scene) => {
      const victim = await sleeper(scene);
      return killedBy(scene, victim, 'python3', '-c', `import os; os.kill(${victim.pid}, 15)`);
    },
  },
  {
    id: 'C3',
    title: 'through sudo: a person is behind root',
    expected: sent('SIGKILL', 'HUMAN', /uid 4242/, /"comm":"sudo"/),
    obstacle: () => (requirePrerequisite('sudo') ? null : 'no sudo'),
    produce: async (scene) => {
      const victim = await sleeper(scene);
      await ended(scene, '/usr/bin/env', ...asLogin(`sudo /bin/kill -9 ${victim.pid}`));
      await victim.ended;
      return { pid: victim.pid };
    },
  },
  {
    id: 'C3',
    title: 'through su',
    expected: sent('SIGKILL', 'HUMAN', /uid 4242/),
    produce: async (scene) => {
      const victim = await sleeper(scene);
      await ended(scene, '/usr/bin/env', ...asLogin(`su -c "/bin/kill -9 ${victim.pid}; true"`));
      await victim.ended;
      return { pid: victim.pid };
    },
  },
  {
    id: 'C4',
    title: 'a cron job',
    test: 'test/e2e/attribution-machine.e2e.spec.ts: names_the_entry_of_the_crontab',
    reason: 'needs a cron of its own, which looks at its tables once a minute',
  },
  {
    id: 'C5',
    title: 'by its parent, a supervisor',
    expected: sent('SIGTERM', 'PARENT', /its parent/),
    produce: async (scene) => {
      const victim = await sleeper(scene);
      victim.child.kill('SIGTERM');
      await victim.ended;
      return { pid: victim.pid, actorPid: process.pid };
    },
  },
  {
    id: 'C5',
    title: 'timeout',
    expected: sent('SIGTERM', 'PARENT', /its parent timeout/),
    produce: (scene) => runOut(scene, '0.5', 'sleep', '100'),
  },
  {
    id: 'C5',
    title: 'timeout -k',
    expected: sent(
      'SIGKILL',
      'PARENT',
      /its parent timeout/,
      /after SIGTERM from the same sender, which it had ignored/,
    ),
    produce: (scene) => runOut(scene, '-k', '0.5', '0.5', 'env', '--ignore-signal=TERM', 'sleep', '100'),
  },
  {
    id: 'C6',
    title: 'SIGTERM is caught, it cleans up and exits 0',
    expected: {
      cause: 'EXITED',
      actor: another,
      shows: [/after SIGTERM from kill \(pid \d+, "\/bin\/kill -TERM/, /which it had caught/],
    },
    produce: async (scene) => stopGracefully(scene, await trapping(scene, 'trap "exit 0" TERM')),
  },
  {
    id: 'C6',
    title: 'SIGTERM is caught, it exits 143',
    expected: { cause: 'FAILED', actor: another, shows: [/status 143/, /after SIGTERM from kill/] },
    produce: async (scene) => stopGracefully(scene, await trapping(scene, 'trap "exit 143" TERM')),
  },
  {
    id: 'C7',
    title: 'SIGTERM ignored, then SIGKILL',
    expected: sent('SIGKILL', another, / after SIGTERM from kill .*which it had ignored/),
    produce: async (scene) => {
      const victim = await trapping(scene, 'trap "" TERM');
      await send(scene, 'TERM', victim.pid);
      return killedBy(scene, victim, '/bin/kill', '-KILL', String(victim.pid));
    },
  },
  {
    id: 'C8',
    title: 'kill -- -PGID',
    expected: sent('SIGTERM'),
    produce: async (scene) => {
      const victim = startDetached(scene, '/bin/sleep', '1000');
      return killedBy(scene, victim, '/bin/kill', '-TERM', '--', `-${victim.pid}`);
    },
  },
  { id: 'C8', title: 'kill(-PGID)', expected: sent('SIGTERM'), produce: bySends('group', 15, startDetached) },
  { id: 'C8', title: 'sigqueue', expected: sent('SIGUSR2'), produce: bySends('queue', 12) },
  { id: 'C8', title: 'pidfd_send_signal', expected: sent('SIGKILL'), produce: bySends('pidfd', 9) },
  { id: 'C8', title: 'tgkill of one thread', expected: sent('SIGTERM'), produce: bySends('thread', 15) },
  {
    id: 'C9',
    title: 'the victim is in another pid namespace',
    expected: sent('SIGKILL', another, /"\/bin\/kill -9 \d+"/),
    produce: async (scene) => {
      const unshare = start(scene, '/usr/bin/unshare', '--pid', '--fork', '--kill-child', '/bin/sleep', '1000');
      const pid = await childOf(unshare.pid);
      const actorPid = await ended(scene, '/bin/kill', '-9', String(pid));
      await unshare.ended;
      return { pid, actorPid };
    },
  },
  {
    id: 'C9',
    title: 'victim and sender in a container',
    test: 'test/e2e/attribution-podman.e2e.spec.ts: names_the_container_of_both_when_it_was_killed_from_inside',
    reason: 'needs containers',
  },
  {
    id: 'C10',
    title: 'nohup survives the SIGHUP of its terminal',
    expected: { cause: 'ALIVE', actor: null, shows: [/"name":"SIGHUP"\},"sender":null,"disposition":"IGNORED"/] },
    produce: async (scene) => {
      const code = `
import os, pty, signal, time
pid, terminal = pty.fork()
if pid == 0: os.execv('/usr/bin/nohup', ['nohup', 'sleep', '1000'])
while open(f'/proc/{pid}/comm').read() != 'sleep\\n': time.sleep(0.01)
os.close(terminal)
print(pid, flush=True)
signal.pause()`;
      const { said } = await startTalking(scene, 'python3', '-c', code);
      endLater(scene, Number(said));
      return { pid: Number(said) };
    },
    ask: askAlive,
  },
];
