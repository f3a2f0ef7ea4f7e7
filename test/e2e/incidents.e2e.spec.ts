/**
 * A service of a real systemd, killed until systemd gives up: one incident, with the verdict and the history of restarts in it, over
 * when it runs again.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { booted } from '../scenarios/e-services.js';
import { eventually } from '../support/eventually.js';
import { bootMachine, type Machine } from '../support/machine.js';
import { requirePrerequisite } from '../support/prerequisite.js';
import { startSystem, type System } from '../support/system.js';

const unit = 'redis-server.service';
const question = `query ($host: String!) {
  incidents(filter: { host: $host, unit: "${unit}" }) { nodes {
    id state count cause title summary evidence resolvedBy
    deaths(first: 10) { nodes { process { pid } restart { recently kind } verdict { cause summary } } }
    notices { nodes { change count } }
  } }
}`;

interface Incident {
  readonly state: string;
  readonly count: number;
  readonly cause: string;
  readonly title: string;
  readonly summary: string;
  readonly resolvedBy: string | null;
  readonly deaths: { readonly nodes: readonly Death[] };
  readonly notices: { readonly nodes: readonly { readonly change: string; readonly count: number }[] };
}

interface Death {
  readonly process: { readonly pid: number };
  readonly restart: { readonly recently: number; readonly kind: string } | null;
  readonly verdict: { readonly cause: string; readonly summary: string };
}

describe.runIf(requirePrerequisite('root', 'btf', 'libbpf', 'machine'))(
  'a service that is killed until systemd gives up',
  () => {
    let system: System;
    let machine: Machine | undefined;

    beforeAll(async () => {
      const server = { WHODUNIT_INCIDENT_HEALTHY_SECONDS: '3', WHODUNIT_INCIDENT_SETTLE_SECONDS: '1' };
      system = await startSystem({ server });
      machine = bootMachine();
      await booted(machine);
    });
    afterAll(async () => {
      await machine?.close();
      await system?.close();
    });

    const all = async () => {
      const { data, errors } = await system.gql<{ incidents: { nodes: readonly Incident[] } }>(question, {
        host: system.host,
      });
      if (!data) throw new Error(JSON.stringify(errors));
      return data.incidents.nodes;
    };

    /** The latest, once it meets the condition. */
    const incidentThat = (condition: (incident: Incident) => boolean) =>
      eventually(async () => {
        const [latest] = await all();
        return latest && condition(latest) ? latest : null;
      });

    test('is_one_incident_with_verdict_and_restarts_and_over_when_it_runs_again', async () => {
      const killed: number[] = [];
      const hasFailed = () => machine!.run('systemctl', 'show', '-pActiveState', '--value', unit).trim() === 'failed';
      let pid: number | undefined = await eventually(() => machine!.pidOf(unit, 'redis-server'));
      while (pid !== undefined) {
        process.kill(pid, 'SIGKILL');
        killed.push(pid);
        const next = await eventually(() => machine!.pidOf(unit, 'redis-server', pid) ?? (hasFailed() && 'none'));
        pid = typeof next === 'number' ? next : undefined;
      }
      const starts = killed.length;
      expect(starts).toBeGreaterThan(1);
      const open = await incidentThat(({ count, notices }) => count === starts && notices.nodes.length > 0);
      expect(await all()).toHaveLength(1);
      expect(open).toMatchObject({ state: 'OPEN', cause: 'SIGNALED' });
      expect(open.title).toBe(`${unit} on ${system.host} died ${starts} times: SIGNALED`);
      expect(open.summary).toMatch(/^SIGKILL from .* ended redis-server .* of redis-server\.service/);
      expect(open.deaths.nodes.map(({ process: { pid: victim } }) => victim)).toEqual(killed.toReversed());
      for (const { verdict } of open.deaths.nodes) expect(verdict.cause).toBe('SIGNALED');
      // Nothing has started it after the last one.
      const [last, ...before] = open.deaths.nodes;
      expect(last!.restart).toBeNull();
      expect(before.map(({ restart }) => restart?.kind)).toEqual(before.map(() => 'SERVICE'));
      expect(before[0]!.restart!.recently).toBeGreaterThan(0);
      // Longer than it takes to be healthy; but it does not run.
      await sleep(5_000);
      expect((await all())[0]).toMatchObject({ state: 'OPEN' });
      machine!.run('systemctl', 'reset-failed', unit);
      machine!.run('systemctl', 'start', unit);
      const over = await incidentThat(({ state }) => state === 'RESOLVED');
      expect(over).toMatchObject({ resolvedBy: null, count: starts });
      expect(over.notices.nodes[0]).toEqual({ change: 'RESOLVED', count: starts });
      expect(await all()).toHaveLength(1);
    });
  },
);
