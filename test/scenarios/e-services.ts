/**
 * E1, E2, E3 and E5: services of a real systemd, booted by systemd-nspawn. Each scenario of the list boots a machine of its own;
 * `serviceActs` are for who has one already.
 */
import { readFileSync } from 'node:fs';
import { eventually } from '../support/eventually.js';
import { bootMachine, type Machine } from '../support/machine.js';
import { requirePrerequisite } from '../support/prerequisite.js';
import type { Expected, Scenario } from './scenario.js';

export interface ServiceAct {
  readonly id: string;
  readonly title: string;
  readonly expected: Required<Expected>;
  /** Makes it happen in a machine that has booted. */
  readonly act: (machine: Machine) => Promise<{ readonly pid: number }>;
}

const redis = 'redis-server.service';
/** As dana, who may sudo, over ssh. */
const ssh = '-i /home/dana/.ssh/id_ed25519 -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null dana@127.0.0.1';
/** Her name is known to the machine, not to the host. */
const dana = '(?:dana|uid 1000|\\w+) \\(ssh from 127\\.0\\.0\\.1\\)';
const systemd = 'systemd \\(pid \\d+\\)';

export const serviceActs: readonly ServiceAct[] = [
  {
    id: 'E1',
    title: 'somebody who came by ssh stops a service, which ends in order',
    expected: stop('SERVICE_STOP', `^${dana} ran "systemctl stop redis-server"; ${systemd} stopped redis-server `, [
      / of redis-server\.service with SIGTERM; it caught that and exited with status 0 after /,
      /A request to stop was run by systemctl .*/,
    ]),
    act: async (machine) => {
      const pid = await runningRedis(machine);
      sshRun(machine, 'sudo systemctl stop redis-server');
      return { pid };
    },
  },
  {
    id: 'E1',
    title: 'systemctl restart, and no handler for SIGTERM',
    expected: stop(
      'SERVICE_STOP',
      `ran "systemctl restart plain"; ${systemd} stopped sleep .* of plain\\.service with SIGTERM; it took`,
    ),
    act: async (machine) => {
      const { pid } = machine.startService('plain', '/bin/sleep', '300');
      machine.run('systemctl', 'restart', 'plain');
      return { pid };
    },
  },
  {
    id: 'E1',
    title: 'TimeoutStopSec runs out',
    expected: stop(
      'SERVICE_STOP_TIMEOUT',
      `ran "systemctl stop stubborn"; ${systemd} killed sh .* of stubborn\\.service with SIGKILL, because it had not ended .* after SIGTERM \\(TimeoutStopSec ran out\\); it had ignored that`,
    ),
    act: async (machine) => {
      const script = 'trap "" TERM; while :; do sleep 1; done';
      const { pid } = machine.startService('stubborn', '-pTimeoutStopSec=1', '/bin/sh', '-c', script);
      await eventually(() => ignoresSigterm(pid));
      machine.run('systemctl', 'stop', 'stubborn');
      return { pid };
    },
  },
  {
    id: 'E1',
    title: 'a unit with KillSignal=SIGKILL',
    expected: stop(
      'SERVICE_STOP',
      `ran "systemctl stop abrupt"; ${systemd} killed sleep .* of abrupt\\.service with SIGKILL at once`,
    ),
    act: async (machine) => {
      const { pid } = machine.startService('abrupt', '-pKillSignal=SIGKILL', '/bin/sleep', '300');
      machine.run('systemctl', 'stop', 'abrupt');
      return { pid };
    },
  },
  {
    id: 'E1',
    title: 'systemctl kill -s KILL',
    expected: stop(
      'SERVICE_STOP',
      `ran "systemctl kill -s KILL shot\\.service"; ${systemd} killed sleep .* of shot\\.service with SIGKILL`,
    ),
    act: async (machine) => {
      const { pid } = machine.startService('shot', '/bin/sleep', '300');
      machine.run('systemctl', 'kill', '-s', 'KILL', 'shot.service');
      return { pid };
    },
  },
  {
    id: 'E1',
    title: 'the stop command of the unit',
    expected: stop('SERVICE_STOP', 'ran "systemctl stop polite"; the stop command of its unit, kill .* stopped sleep '),
    act: async (machine) => {
      const { pid } = machine.startService('polite', '-pExecStop=/bin/kill -TERM $MAINPID', '/bin/sleep', '300');
      machine.run('systemctl', 'stop', 'polite');
      return { pid };
    },
  },
  {
    id: 'E2',
    title: 'redis under systemd, killed with kill -9; systemd starts it again',
    expected: {
      cause: 'SIGNALED',
      actor: 'HUMAN',
      shows: [
        new RegExp(
          `^SIGKILL from kill .* run by ${dana} as root via sudo ended redis-server .* of redis-server\\.service`,
        ),
      ],
    },
    act: async (machine) => {
      const pid = await runningRedis(machine);
      sshRun(machine, `sudo kill -9 ${machine.run('systemctl', 'show', '-pMainPID', '--value', redis).trim()}`);
      await eventually(() => machine.pidOf(redis, 'redis-server', pid));
      return { pid };
    },
  },
  {
    id: 'E3',
    title: 'the watchdog of systemd',
    expected: {
      cause: 'WATCHDOG',
      actor: 'SERVICE_MANAGER',
      shows: [new RegExp(`^${systemd} stopped sleep .* of silent\\.service with SIGABRT; .*\\(WatchdogSec\\)`)],
    },
    act: async (machine) => {
      const { pid } = machine.startService('silent', '-pWatchdogSec=1', '/bin/sleep', '300');
      await eventually(() => isGone(pid));
      return { pid };
    },
  },
  {
    id: 'E3',
    title: 'RuntimeMaxSec',
    expected: stop(
      'SERVICE_STOP',
      `^${systemd} stopped sleep .* of brief\\.service with SIGTERM; .*; who asked for it was not seen`,
    ),
    act: async (machine) => {
      const { pid } = machine.startService('brief', '-pRuntimeMaxSec=1', '/bin/sleep', '300');
      await eventually(() => isGone(pid));
      return { pid };
    },
  },
  {
    id: 'E5',
    title: 'somebody switches the machine off',
    expected: stop(
      'SHUTDOWN',
      `^${dana} ran "systemctl poweroff"; the machine of ${systemd} was shut down: ${systemd} stopped sleep `,
    ),
    act: async (machine) => {
      const { pid } = machine.startService('last', '/bin/sleep', '300');
      sshRun(machine, 'sudo systemctl poweroff');
      await eventually(() => isGone(pid));
      return { pid };
    },
  },
];

/** Plain scenarios, each with a machine of its own. */
export const services: readonly Scenario[] = serviceActs.map(({ act, ...scenario }) => ({
  ...scenario,
  obstacle: () => (requirePrerequisite('machine') ? null : 'no machine for systemd-nspawn'),
  produce: async (scene) => {
    const machine = bootMachine();
    scene.defer(() => machine.close());
    await booted(machine);
    return act(machine);
  },
}));

/** Services run, and ssh lets people in. */
export async function booted(machine: Machine): Promise<void> {
  await eventually(() => ['ssh', redis].every((unit) => isActive(machine, unit)), 60_000);
}

function stop(cause: string, sentence: string, more: readonly RegExp[] = []): ServiceAct['expected'] {
  return { cause, actor: 'SERVICE_MANAGER', shows: [new RegExp(sentence), ...more] };
}

function isActive(machine: Machine, unit: string): boolean {
  try {
    return machine.run('systemctl', 'is-active', unit) === 'active\n';
  } catch {
    return false;
  }
}

async function runningRedis(machine: Machine): Promise<number> {
  machine.run('systemctl', 'start', redis);
  return eventually(() => machine.pidOf(redis, 'redis-server'), 60_000);
}

/** Whatever becomes of the connection: the machine may go down under it. */
function sshRun(machine: Machine, command: string): void {
  machine.run('sh', '-c', `ssh ${ssh} '${command}' || true`);
}

const sigtermBit = 1n << 14n;

function ignoresSigterm(pid: number): boolean {
  const mask = /^SigIgn:\t([0-9a-f]+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? '0';
  return (BigInt(`0x${mask}`) & sigtermBit) !== 0n;
}

function isGone(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return false;
  } catch {
    return true;
  }
}
