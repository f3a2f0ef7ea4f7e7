/** Signals by the hundred thousand: each is counted, few are told one by one. */
import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KnownEvent } from '../../src/contract/index.js';
import { buildAgent, compileProgram, createWorld, eventually, whyNoSensor, type World } from './agent-process.js';

const reason = whyNoSensor();

describe.skipIf(reason !== undefined)(`floods of signals${reason ? ` (skipped: ${reason})` : ''}`, () => {
  let world: World;
  let floods: string | undefined;

  beforeAll(async () => {
    buildAgent();
    floods = await compileProgram('floods');
    world = await createWorld();
    await world.start('--sensor', 'ebpf');
  });
  afterAll(() => world?.close());

  type Signal = Extract<KnownEvent, { kind: 'signal' }>;
  const signalsTo = (pid: number, signal: number): readonly Signal[] =>
    world.api.events
      .filter((event) => event.kind === 'signal')
      .filter((event) => event.target.pid === pid && event.signal === signal);
  const total = (signals: readonly Signal[]) => signals.reduce((sum, { count }) => sum + (count ?? 1), 0);
  const run = (...args: string[]) => {
    const { status, stdout, pid } = spawnSync(floods ?? '', args, { encoding: 'utf8' });
    expect(status).toBe(0);
    return { pid, target: Number(stdout) };
  };

  it('counts_each_of_200000_signals_that_are_caught', async (context) => {
    if (floods === undefined) return context.skip('no cc');
    const { pid: sender, target } = run('caught', '200000');
    const all = await eventually('the last of them', () => total(signalsTo(target, 10)) >= 200_000);
    expect(all).toBe(true);
    const signals = signalsTo(target, 10);
    expect(total(signals)).toBe(200_000);
    for (const signal of signals)
      expect(signal).toMatchObject({ code: 0, disposition: 'caught', sender: { pid: sender } });
    // Two a second, whatever the flood.
    const times = signals.map(({ at, until }) => BigInt(until ?? at));
    const first = times.reduce((a, b) => (a < b ? a : b));
    const last = times.reduce((a, b) => (a > b ? a : b));
    expect(signals.length).toBeLessThanOrEqual(2 * (Number((last - first) / 1_000_000_000n) + 2));
    for (const { at, until } of signals) expect(BigInt(until ?? at)).toBeGreaterThanOrEqual(BigInt(at));
    expect(world.api.deathOf(target)).toMatchObject({ exit: { signal: 9 }, sender: { pid: sender } });
    expect(world.api.events.filter(({ kind }) => kind === 'loss')).toEqual([]);
  });

  it('counts_the_faults_of_a_program_that_lives_with_them', async (context) => {
    if (floods === undefined) return context.skip('no cc');
    const { target } = run('faults', '20000');
    await eventually('the last of them', () => total(signalsTo(target, 11)) >= 20_000);
    const signals = signalsTo(target, 11);
    expect(total(signals)).toBe(20_000);
    for (const signal of signals) expect(signal).toMatchObject({ code: 1, running: { pid: target }, thread: target });
    expect(signals.filter(({ count, address }) => count !== undefined && address !== undefined)).toEqual([]);
    expect(world.api.deathOf(target)?.exit).toMatchObject({ code: 0 });
  });

  it('tells_what_was_counted_while_no_agent_ran', async (context) => {
    if (floods === undefined) return context.skip('no cc');
    const other = await createWorld();
    try {
      const first = await other.start();
      first.child.kill('SIGKILL');
      const { target } = run('caught', '50000');
      await other.start();
      const counted = () =>
        other.api.events
          .filter((event) => event.kind === 'signal' && event.target.pid === target && event.signal === 10)
          .reduce((sum, event) => sum + (event.kind === 'signal' ? (event.count ?? 1) : 0), 0);
      await eventually('all are told', () => counted() >= 50_000);
      expect(counted()).toBe(50_000);
      expect(other.api.events.filter(({ kind }) => kind === 'loss')).toEqual([]);
    } finally {
      await other.close();
    }
  });
});
