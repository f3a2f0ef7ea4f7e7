/** The spool with the real agent: whatever ends it and whoever is away, each death arrives once or is counted. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  buildAgent,
  compileProgram,
  createWorld,
  eventually,
  killedSleep,
  whyNoSensor,
  type World,
} from './agent-process.js';

const reason = whyNoSensor();

describe.skipIf(reason !== undefined)(`the spool of the agent${reason ? ` (skipped: ${reason})` : ''}`, () => {
  let world: World;
  let spawnAndKill: string | undefined;
  let floods: string | undefined;

  beforeAll(async () => {
    buildAgent();
    spawnAndKill = await compileProgram('spawn-and-kill');
    floods = await compileProgram('floods');
  });
  beforeEach(async () => void (world = await createWorld()));
  afterEach(() => world.close());

  const spool = () => join(world.stateDir, 'spool');
  const spooledBytes = () => segments().reduce((sum, name) => sum + statSync(join(spool(), name)).size, 0);
  const segments = () => readdirSync(spool()).filter((name) => name.endsWith('.segment'));
  const deathsOf = (pid: number) => world.api.events.filter((event) => event.kind === 'exit' && event.pid === pid);
  /** Neither caught nor ignored, so each is told by itself. */
  const continued = () => world.api.events.filter((event) => event.kind === 'signal' && event.signal === 18);
  const losses = () => world.api.events.filter((event) => event.kind === 'loss');
  const apiIsAway = (away: boolean) => (world.api.misbehave = () => (away ? 503 : undefined));
  /** Keeps killing processes without holding up this one; their pids at the end. */
  const load = (count: number) => {
    const child = spawn(spawnAndKill ?? '', [String(count)], { stdio: ['ignore', 'pipe', 'ignore'] });
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (more: string) => (text += more));
    return new Promise<number[]>((resolve) => child.once('close', () => resolve(text.trim().split('\n').map(Number))));
  };

  it('keeps_every_death_once_through_kills_of_the_agent_with_the_api_up_and_down', async (context) => {
    if (spawnAndKill === undefined) return context.skip('no cc');
    (await world.start()).child.kill('SIGKILL');
    const pids: number[] = [];
    for (const round of [1, 2, 3, 4, 5, 6]) {
      apiIsAway(round % 2 === 0);
      const killed = load(400);
      const agent = await world.spawn();
      await new Promise((resolve) => setTimeout(resolve, 100 * round));
      agent.child.kill('SIGKILL');
      pids.push(...(await killed));
    }
    apiIsAway(false);
    await world.start();
    pids.push(killedSleep());
    await eventually('the last death', () => deathsOf(pids.at(-1) ?? 0).length > 0, 20_000);
    const counts = new Map(pids.map((pid) => [pid, deathsOf(pid).length]));
    expect([...counts].filter(([, count]) => count !== 1)).toEqual([]);
    expect(losses()).toEqual([]);
  });

  it('sends_what_happened_while_the_api_was_away_although_the_agent_was_stopped_in_between', async () => {
    const first = await world.start();
    apiIsAway(true);
    const early = Array.from({ length: 20 }, killedSleep);
    await first.stop();
    expect(first.log()).toContain('they are in the spool');
    apiIsAway(false);
    await world.start();
    for (const pid of early) expect(deathsOf(pid)).toHaveLength(1);
    expect(losses()).toEqual([]);
  });

  it('takes_more_than_the_kernel_holds_while_the_api_is_away', async (context) => {
    if (floods === undefined) return context.skip('no cc');
    const agent = await world.start();
    apiIsAway(true);
    for (let count = 0; count < 24; count += 1) {
      // 5,000 records are a sixth of the ring, too few to be throttled; together they are three times of it.
      const before = spooledBytes();
      spawnSync(floods, ['continue', '5000']);
      await eventually('they are in the spool', () => spooledBytes() - before > 5_000 * 150);
    }
    expect(segments().length).toBeGreaterThan(1);
    agent.child.kill('SIGKILL');
    apiIsAway(false);
    await world.start();
    await eventually('all signals', () => continued().length >= 120_000, 20_000);
    expect(losses()).toEqual([]);
    await eventually('nothing is left', () => segments().length === 1);
  });

  it('drops_the_oldest_when_the_spool_is_full_and_says_how_many', async (context) => {
    if (floods === undefined) return context.skip('no cc');
    const agent = await world.start('--spool-max-mib', '1');
    apiIsAway(true);
    for (let count = 0; count < 4; count += 1) {
      spawnSync(floods, ['continue', '5000']);
      // Counted, and told when both processes are gone and the segment that describes them too.
      if (count === 0) spawnSync(floods, ['caught', '1000']);
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
    await eventually('the count', () =>
      segments().some((name) => readFileSync(join(spool(), name)).includes('"count":')),
    );
    const last = killedSleep();
    expect(agent.log()).toContain('its oldest segment is dropped');
    expect(spooledBytes()).toBeLessThan(2 * 1024 * 1024);
    apiIsAway(false);
    await eventually('the last death', () => deathsOf(last).length === 1);
    const lost = losses().reduce((sum, event) => sum + (event.kind === 'loss' ? (event.count ?? 0) : 0), 0);
    const kept = continued().length;
    expect(losses()[0]).toMatchObject({ cause: 'spool-full' });
    expect(kept).toBeLessThan(20_000);
    expect(lost + kept).toBeGreaterThanOrEqual(20_000);
  });

  it('leaves_to_the_kernel_what_neither_the_api_nor_the_disk_has_when_it_is_stopped', async () => {
    mkdirSync(spool(), { mode: 0o700 });
    const small = ['-t', 'tmpfs', '-o', 'size=256k', 'whodunit-test', spool()];
    expect(spawnSync('mount', small, { encoding: 'utf8' })).toMatchObject({ status: 0 });
    try {
      const first = await world.start();
      apiIsAway(true);
      const pids = Array.from({ length: 300 }, killedSleep);
      await eventually('the warning', () => first.log().includes('cannot be written (ENOSPC'));
      await first.stop();
      expect(first.log()).toContain('the sensor stays in the kernel');
      apiIsAway(false);
      const second = await world.start();
      expect(second.ready.resumed).toBe(true);
      for (const pid of pids) await eventually(`death of ${pid}`, () => deathsOf(pid).length > 0);
      expect(losses()).toEqual([]);
      await second.stop();
    } finally {
      spawnSync('umount', ['-l', spool()]);
    }
  });

  it('goes_on_from_memory_while_the_disk_is_full_and_returns_to_the_disk', async () => {
    mkdirSync(spool(), { mode: 0o700 });
    const small = ['-t', 'tmpfs', '-o', 'size=256k', 'whodunit-test', spool()];
    expect(spawnSync('mount', small, { encoding: 'utf8' })).toMatchObject({ status: 0 });
    try {
      const agent = await world.start();
      apiIsAway(true);
      const pids = Array.from({ length: 300 }, killedSleep);
      await eventually('the warning', () => agent.log().includes('cannot be written (ENOSPC'));
      apiIsAway(false);
      for (const pid of pids) await eventually(`death of ${pid}`, () => deathsOf(pid).length === 1);
      expect(losses()).toEqual([]);
      const later = await eventually('the disk again', () => {
        killedSleep();
        return agent.log().includes('can be written again');
      });
      expect(later).toBe(true);
      await agent.stop();
    } finally {
      spawnSync('umount', ['-l', spool()]);
    }
  });
});
