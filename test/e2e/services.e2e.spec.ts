/** Services of a real systemd: stopped, timed out, watched, killed, and gone with their machine; through GraphQL. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { booted, serviceActs } from '../scenarios/e-services.js';
import { eventually } from '../support/eventually.js';
import { bootMachine, type Machine } from '../support/machine.js';
import { requirePrerequisite } from '../support/prerequisite.js';
import { startSystem, type System } from '../support/system.js';

const question = `query ($host: String!, $pid: Int!) {
  whoKilled(host: $host, pid: $pid) { verdict { cause summary evidence { text } actor { kind process { comm } } } }
}`;
const deathsSince = `query ($host: String!, $since: DateTime!) {
  deaths(filter: { host: $host, since: $since }, first: 100) {
    nodes { process { pid comm unit } verdict { cause confidence summary actor { kind } } }
  }
}`;

interface Death {
  readonly process: { readonly pid: number; readonly comm: string; readonly unit: string | null };
  readonly verdict: {
    readonly cause: string;
    readonly summary: string;
    readonly evidence: readonly { readonly text: string }[];
    readonly actor: { readonly kind: string; readonly process: { readonly comm: string } | null };
  };
}

describe.runIf(requirePrerequisite('root', 'btf', 'libbpf', 'machine'))('services of a real systemd', () => {
  let system: System;
  let machine: Machine | undefined;

  beforeAll(async () => {
    system = await startSystem();
    machine = bootMachine();
    await booted(machine);
  });
  afterAll(async () => {
    await machine?.close();
    await system?.close();
  });

  const ask = async (pid: number) => {
    const { data } = await system.gql<{ whoKilled: Death | null }>(question, { host: system.host, pid });
    return data?.whoKilled;
  };

  test.each(serviceActs.filter(({ id }) => id !== 'E5'))('$id: $title', async ({ act, expected }) => {
    const { pid } = await act(machine!);
    const { verdict } = await eventually(() => ask(pid));
    expect(verdict).toMatchObject({ cause: expected.cause, actor: { kind: expected.actor } });
    const text = [verdict.summary, ...verdict.evidence.map((one) => one.text)].join('\n');
    for (const pattern of expected.shows) expect(text).toMatch(pattern);
  });

  // The last: it takes the machine away.
  test.each(serviceActs.filter(({ id }) => id === 'E5'))('$id: $title', async ({ act, expected }) => {
    const since = new Date().toISOString();
    const { pid } = await act(machine!);
    const { verdict } = await eventually(() => ask(pid));
    expect(verdict.summary).toMatch(expected.shows[0]!);
    const all = async () => {
      const { data } = await system.gql<{ deaths: { nodes: readonly Death[] } }>(deathsSince, {
        host: system.host,
        since,
      });
      return data!.deaths.nodes;
    };
    const isOver = async () => (await all()).some(({ process }) => process.comm === 'systemd-shutdow');
    await eventually(isOver, 60_000);
    const ofServices = (await all()).filter(({ process }) =>
      ['redis-server', 'cron', 'dbus-daemon', 'systemd-shutdow'].includes(process.comm),
    );
    expect(ofServices.map(({ process, verdict: { cause, actor } }) => [process.comm, cause, actor.kind])).toEqual(
      expect.arrayContaining(
        ['redis-server', 'cron', 'systemd-shutdow'].map((comm) => [comm, 'SHUTDOWN', 'SERVICE_MANAGER']),
      ),
    );
    expect(ofServices.filter((death) => death.verdict.cause !== 'SHUTDOWN')).toEqual([]);
    for (const death of ofServices)
      expect(death.verdict.summary).toContain('ran "systemctl poweroff"; the machine of ');
  });

  test('E5: names_what_told_process_1_of_the_machine_to_go_down', async () => {
    await machine?.close();
    machine = bootMachine();
    await booted(machine);
    const { pid } = machine.startService('last', '/bin/sleep', '300');
    // As a power button does: systemd-nspawn is asked to end, and sends a signal to process 1.
    await machine.close();
    machine = undefined;
    const { verdict } = await eventually(() => ask(pid));
    expect(verdict).toMatchObject({ cause: 'SHUTDOWN', actor: { kind: 'SERVICE_MANAGER' } });
    expect(verdict.summary).toMatch(
      /^systemd-nspawn .* sent SIGRTMIN\+[34] to its service manager; the machine of systemd .* stopped sleep /,
    );
  });
});
