/**
 * A service of a real systemd, killed until systemd gives up: one incident, with the verdict and the history of restarts in it, over
 * when our own job has repaired it. The agent of this host sees who kills; one inside of the machine does what is asked of it.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { booted } from '../scenarios/e-services.js';
import { eventually } from '../support/eventually.js';
import { factsOf, gqlAs, inState, request, tokenFor, type JobApi } from '../support/jobs.js';
import { agentBinds, startAgentIn } from '../support/machine-agent.js';
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
    let stopAgent: (() => Promise<void>) | undefined;
    /** The machine, as its own agent calls it. */
    let inside: string;

    beforeAll(async () => {
      const server = { WHODUNIT_INCIDENT_HEALTHY_SECONDS: '3', WHODUNIT_INCIDENT_SETTLE_SECONDS: '1' };
      system = await startSystem({ server });
      machine = bootMachine(agentBinds);
      await booted(machine);
      // It was made on this host, and would have its name.
      machine.run('hostname', 'inside');
      stopAgent = await startAgentIn(
        machine,
        { fetch: system.fetch, port: Number(new URL(system.url).port) },
        'inside',
      );
      inside = await whoServes(system.databaseUrl);
    });
    afterAll(async () => {
      await stopAgent?.();
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

    test('is_one_incident_with_verdict_and_restarts_and_over_when_our_job_has_repaired_it', async () => {
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
      const api = system as unknown as JobApi;
      const asked = await request(
        api,
        { action: 'RESTART_SERVICE', host: inside, unit },
        await tokenFor(api, 'alice', 'operator'),
      );
      expect(asked).toMatchObject({
        state: 'PENDING_APPROVAL',
        plan: { targets: [{ manager: 'SYSTEMD', service: unit }] },
      });
      const approve = 'mutation ($id: ID!, $digest: String) { approveJob(id: $id, planDigest: $digest) { state } }';
      const approved = await gqlAs(api, system.adminToken, approve, { id: asked.id, digest: asked.plan.digest });
      expect(approved.errors).toBeUndefined();
      const done = await inState(api, asked.id, 'SUCCEEDED');
      const [execution] = done.executions;
      expect(factsOf(execution.before)).toMatchObject({ activeState: 'failed' });
      expect(factsOf(execution.after)).toMatchObject({ activeState: 'active', subState: 'running' });
      expect(machine!.run('redis-cli', 'ping')).toBe('PONG\n');
      const over = await incidentThat(({ state }) => state === 'RESOLVED');
      expect(over).toMatchObject({ resolvedBy: null, count: starts });
      expect(over.notices.nodes[0]).toEqual({ change: 'RESOLVED', count: starts });
      expect(await all()).toHaveLength(1);
    });
  },
);

/** The host that listens for commands and has the service running. */
async function whoServes(databaseUrl: string): Promise<string> {
  const sql = postgres(databaseUrl, { max: 1, onnotice: () => undefined });
  try {
    return await eventually(async () => {
      const [row] = await sql<{ name: string }[]>`
        select h.name from command_streams s join hosts h on h.id = s.host_id
        join processes p on p.host_id = h.id and p.unit = ${unit} and p.ended_at is null
        where h.rung = 'procfs'`;
      return row?.name;
    }, 30_000);
  } finally {
    await sql.end();
  }
}
