/** The agent over its own limits: it ends to be started anew, and nothing is lost. */
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { requirePrerequisite } from '../support/prerequisite.js';
import { buildAgent, createWorld, eventually, type World } from './agent-process.js';

describe.runIf(requirePrerequisite('root', 'btf', 'libbpf'))('an agent over its own limits', () => {
  let world: World;
  beforeAll(async () => {
    buildAgent();
    world = await createWorld();
  });
  afterAll(async () => void (await world?.close()));

  const killed = () => spawnSync('/bin/sh', ['-c', 'kill -9 $$']).pid;

  it('ends_with_status_3_leaves_the_sensor_and_its_successor_tells_what_happened_in_between', async () => {
    // Upwards: a lower one takes CAP_SYS_RESOURCE, which not every root has.
    const first = await world.start('--memory-max-mib', '1', '--oom-score-adj=500');
    expect(readFileSync(`/proc/${first.pid}/oom_score_adj`, 'utf8').trim()).toBe('500');
    const before = killed();
    const [status] = await once(first.child, 'exit');
    expect(status).toBe(3);
    expect(first.log()).toMatch(/error The agent holds \d+ MiB of memory, more than its 1 MiB\. It ends/);
    const between = killed();
    const second = await world.start();
    expect(second.ready.resumed).toBe(true);
    for (const pid of [before, between])
      expect((await eventually('the death', () => world.api.deathOf(pid))).exit.signal).toBe(9);
    expect(world.api.events.filter((event) => event.kind === 'loss')).toEqual([]);
  });
});
