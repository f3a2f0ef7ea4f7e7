/** Another build of the agent takes over: what the former probe recorded is told, or counted. */
import { spawn, spawnSync } from 'node:child_process';
import { copyFileSync, readdirSync, renameSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { requirePrerequisite } from '../support/prerequisite.js';
import { agentBundle, buildAgent, createWorld, eventually, type World } from './agent-process.js';

const former = fileURLToPath(new URL('../fixtures/probes/layout-2-without-counts.bpf.o', import.meta.url));

describe.runIf(requirePrerequisite('root', 'btf', 'libbpf'))('an agent that is upgraded', () => {
  let world: World;

  beforeEach(async () => {
    buildAgent();
    world = await createWorld();
  });
  afterEach(() => world.close());

  const killedSleep = () => {
    const { pid = 0 } = spawn('/bin/sleep', ['67']);
    spawnSync('/bin/kill', ['-9', String(pid)]);
    return pid;
  };
  const deathsOf = (pid: number) => world.api.events.filter((event) => event.kind === 'exit' && event.pid === pid);

  /** With the probe of 2026-11-21; killed, so that its pins stay. */
  async function runFormerAgent(): Promise<number> {
    copyFileSync(former, join(dirname(agentBundle), 'whodunit.bpf.o'));
    const agent = await world.start('--sensor', 'ebpf');
    agent.child.kill('SIGKILL');
    buildAgent();
    return agent.pid;
  }

  it('drains_what_the_former_probe_recorded_in_the_gap', async () => {
    const predecessor = await runFormerAgent();
    const between = Array.from({ length: 20 }, killedSleep);
    const second = await world.start('--sensor', 'ebpf');
    expect(second.ready.resumed).toBe(true);
    const after = killedSleep();
    for (const pid of [predecessor, ...between, after]) {
      const { exit } = await eventually(`death of ${pid}`, () => world.api.deathOf(pid));
      expect(exit.signal).toBe(9);
      expect(deathsOf(pid)).toHaveLength(1);
      // The former probe did not say.
      if (pid !== after) expect(exit.cpuTime).toBeUndefined();
      else expect(Number(exit.cpuTime)).toBeGreaterThan(0);
    }
    const kill = world.api.deathOf(between[10] ?? 0)?.sender;
    expect(kill?.args).toEqual(['/bin/kill', '-9', String(between[10])]);
    expect(world.api.events.filter(({ kind }) => kind === 'loss')).toEqual([]);
    expect(readdirSync(world.pinDir)).toHaveLength(1);
  });

  it('counts_what_a_layout_that_it_does_not_know_holds', async () => {
    const predecessor = await runFormerAgent();
    const [digest = ''] = readdirSync(world.pinDir);
    const pins = join(world.pinDir, digest);
    renameSync(join(pins, 'ring-v2'), join(pins, 'ring-v99'));
    const between = Array.from({ length: 20 }, killedSleep);
    await world.start('--sensor', 'ebpf');
    const loss = await eventually('the loss', () => world.api.events.find((event) => event.kind === 'loss'));
    expect(loss).toMatchObject({ cause: 'ring-overrun' });
    // fork, exec, kill and exit of each, and the same of /bin/kill without a kill.
    expect(loss.kind === 'loss' && loss.count).toBeGreaterThanOrEqual(20 * 7);
    const died = world.api.events.findLast((event) => event.kind === 'agent_start');
    expect(loss.kind === 'loss' && BigInt(loss.since) < BigInt(loss.until)).toBe(true);
    expect(loss.kind === 'loss' && BigInt(loss.until) < BigInt(died?.at ?? 0)).toBe(true);
    for (const pid of [predecessor, ...between]) expect(deathsOf(pid)).toEqual([]);
    expect(readdirSync(world.pinDir)).toHaveLength(1);
  });
});
