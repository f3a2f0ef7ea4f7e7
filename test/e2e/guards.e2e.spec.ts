/** Daemons that end others for their reasons, and daemons that guard each other, through GraphQL. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { oomDaemon } from '../scenarios/d-oom-daemon.js';
import { guardsThatRestartEachOther } from '../scenarios/e-guards.js';
import { eventually } from '../support/eventually.js';
import { requirePrerequisite } from '../support/prerequisite.js';
import { startSystem, type System } from '../support/system.js';

const question = `query ($host: String!, $pid: Int!) {
  whoKilled(host: $host, pid: $pid) { verdict { cause summary evidence { text } actor { kind process { args } } } }
}`;
const shotGuards = `query ($host: String!) {
  deaths(filter: { host: $host, command: "guard.sh" }, first: 20) { nodes {
    process { pid args startedAt } signal { name } verdict { cause actor { process { args } } }
  } }
  processes(filter: { host: $host, command: "guard.sh" }, first: 20) { nodes { pid args parent { pid args } } }
}`;

interface Told {
  readonly summary: string;
  readonly evidence: readonly { readonly text: string }[];
}

interface Guards {
  readonly deaths: {
    readonly nodes: readonly {
      readonly process: { readonly pid: number; readonly args: readonly string[] };
      readonly verdict: {
        readonly cause: string;
        readonly actor: { readonly process: { readonly args: string[] } | null };
      };
    }[];
  };
  readonly processes: {
    readonly nodes: readonly {
      readonly args: readonly string[];
      readonly parent: { readonly args: readonly string[] } | null;
    }[];
  };
}

describe.runIf(requirePrerequisite('root', 'btf', 'libbpf', 'unshare'))('daemons that watch', () => {
  let system: System;

  beforeAll(async () => {
    system = await startSystem();
  });
  afterAll(() => system?.close());

  test.runIf(requirePrerequisite('earlyoom'))('names_the_daemon_that_freed_memory', async () => {
    const { pid } = await oomDaemon.produce();
    const ask = async () => {
      const { data } = await system.gql<{ whoKilled: { verdict: Told } | null }>(question, { host: system.host, pid });
      return data?.whoKilled;
    };
    const { verdict } = await eventually(ask);
    const { cause, actor, shows } = oomDaemon.expected;
    expect(verdict).toMatchObject({
      cause,
      actor: { kind: actor, process: { args: expect.arrayContaining(['earlyoom']) } },
    });
    const told = [verdict.summary, ...verdict.evidence.map(({ text }) => text)].join('\n');
    for (const pattern of shows) expect(told).toMatch(pattern);
  });

  test('names_who_shot_each_guard_and_whom_the_other_one_started_for_it', async () => {
    await guardsThatRestartEachOther();
    const shot = async () => {
      const { data } = await system.gql<Guards>(shotGuards, { host: system.host });
      const killed = data!.deaths.nodes.filter(({ verdict }) => verdict.actor.process?.args[0] === '/bin/kill');
      return killed.length === 2 ? { killed, lives: data!.processes.nodes } : null;
    };
    const { killed, lives } = await eventually(shot);
    expect(killed.map(({ verdict }) => verdict.cause)).toEqual(['SIGNALED', 'SIGNALED']);
    expect(killed.map(({ process }) => process.args.slice(1)).toSorted()).toEqual([
      ['guard.sh', 'one', 'two'],
      ['guard.sh', 'two', 'one'],
    ]);
    const restarted = lives.filter(({ parent }) => parent?.args[1] === 'guard.sh');
    expect(restarted.map(({ args, parent }) => [args[2], parent?.args[2]]).toSorted()).toEqual([
      ['one', 'two'],
      ['two', 'one'],
    ]);
  });
});
