/** A booted machine with a real sshd, sudo and cron: who is behind a kill, through GraphQL. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../support/eventually.js';
import { bootMachine, type Machine } from '../support/machine.js';
import { requirePrerequisite } from '../support/prerequisite.js';
import { startSystem, type System } from '../support/system.js';

const question = `query ($host: String!, $pid: Int!) {
  whoKilled(host: $host, pid: $pid) {
    process { unit }
    verdict { cause summary actor {
      kind
      process { comm args unit user { uid } }
      ancestry { comm args }
      login { user { uid } session sourceAddress }
    } }
  }
}`;
const ssh = [
  '-i',
  '/home/dana/.ssh/id_ed25519',
  '-o',
  'StrictHostKeyChecking=no',
  '-o',
  'UserKnownHostsFile=/dev/null',
];

describe.runIf(requirePrerequisite('root', 'btf', 'libbpf', 'machine'))('a machine with sshd and cron', () => {
  let system: System;
  let machine: Machine;

  beforeAll(async () => {
    system = await startSystem();
    machine = bootMachine();
    await eventually(() => ['ssh', 'cron'].every(isActive), 60_000);
  });
  afterAll(async () => {
    await machine?.close();
    await system?.close();
  });

  function isActive(unit: string): boolean {
    try {
      return machine.run('systemctl', 'is-active', unit) === 'active\n';
    } catch {
      return false;
    }
  }
  const answer = async (pid: number) => {
    const reply = await system.gql<{ whoKilled: Death | null }>(question, { host: system.host, pid });
    return reply.data?.whoKilled;
  };

  test('names_the_person_who_came_by_ssh_behind_the_root_that_sudo_made', async () => {
    const { pid, inside } = machine.startService('victim-of-dana', '/bin/sleep', '300');
    machine.run('ssh', ...ssh, 'dana@127.0.0.1', `sudo kill -9 ${inside}`);
    const death = await eventually(() => answer(pid));
    expect(death).toMatchObject({
      process: { unit: 'victim-of-dana.service' },
      verdict: {
        cause: 'SIGNALED',
        actor: {
          kind: 'HUMAN',
          process: { comm: 'kill', args: ['kill', '-9', String(inside)], user: { uid: 0 } },
          login: { user: { uid: 1000 }, session: expect.any(Number), sourceAddress: '127.0.0.1' },
        },
      },
    });
    const { actor } = death.verdict;
    expect(actor.process.unit).toMatch(/^session-\d+\.scope$/);
    expect(actor.ancestry.map(({ comm }) => comm)).toEqual(expect.arrayContaining(['sudo', 'sshd', 'systemd']));
  });

  test('names_the_entry_of_the_crontab', { timeout: 180_000 }, async () => {
    const { pid, inside } = machine.startService('victim-of-cron', '/bin/sleep', '300');
    const entry = `/bin/sh -c 'kill -9 ${inside}'; true`;
    machine.run('sh', '-c', `echo "* * * * * root ${entry}" > /etc/cron.d/kill`);
    // cron looks at its tables once a minute.
    const death = await eventually(() => answer(pid), 150_000);
    expect(death).toMatchObject({
      process: { unit: 'victim-of-cron.service' },
      verdict: { cause: 'SIGNALED', actor: { kind: 'SCHEDULER', process: { unit: 'cron.service', user: { uid: 0 } } } },
    });
    expect(death.verdict.actor.ancestry[0]).toEqual({ comm: 'sh', args: ['/bin/sh', '-c', entry] });
    expect(death.verdict.summary).toContain(`as root by cron ("${entry}") ended sleep (pid ${pid})`);
  });
});

interface Death {
  readonly verdict: {
    readonly summary: string;
    readonly actor: {
      readonly process: { readonly unit: string };
      readonly ancestry: readonly { readonly comm: string; readonly args: readonly string[] }[];
    };
  };
}
