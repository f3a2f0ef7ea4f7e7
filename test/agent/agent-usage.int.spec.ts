/** What a death carries beside its cause: what the process used, and what became of its core dump. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { requirePrerequisite } from '../support/prerequisite.js';
import { buildAgent, compileProgram, createWorld, eventually, type World } from './agent-process.js';

/** The kernel's own counts go on for a moment after the record: a tick of the scheduler, and the memory to tear down. */
const share = 0.2;

describe.runIf(requirePrerequisite('root', 'btf', 'libbpf', 'cc'))('a death', () => {
  let world: World;
  let ends: string;

  beforeAll(async () => {
    buildAgent();
    ends = (await compileProgram('ends')) ?? '';
    world = await createWorld();
    await world.start('--sensor', 'ebpf');
  });
  afterAll(() => world?.close());

  const death = (pid: number) => eventually(`death of ${pid}`, () => world.api.deathOf(pid));
  const coreDumpOf = (pid: number) =>
    eventually(`core dump of ${pid}`, () =>
      world.api.events.find((event) => event.kind === 'core_dump' && event.victim.pid === pid),
    );
  const pattern = readFileSync('/proc/sys/kernel/core_pattern', 'utf8').trim();

  it.each([0, 1, 4, 8])('tells_what_wait4_tells_of_a_process_of_%i_more_threads', async (threads) => {
    const [pid = 0, nanoseconds = 0, bytes = 0] = spawnSync(ends, ['usage', String(threads)], { encoding: 'utf8' })
      .stdout.split(' ')
      .map(Number);
    const { exit } = await death(pid);
    expect(exit.peakRss).toBe(bytes);
    expect(nanoseconds).toBeGreaterThan(100_000_000);
    expect(Math.abs(Number(exit.cpuTime) - nanoseconds)).toBeLessThan(nanoseconds * share);
  });

  it('says_that_the_limit_left_no_core', async () => {
    const { pid } = spawnSync('/bin/sh', ['-c', `ulimit -c 0; exec ${ends} abort`]);
    expect((await death(pid)).exit).toMatchObject({ signal: 6, coreDumped: false });
    const handled = pattern.startsWith('|');
    const obstacle = handled ? { obstacle: 'handler' } : { obstacle: 'resource-limit', limitBytes: 0 };
    expect(await coreDumpOf(pid)).toMatchObject({ pattern, ...obstacle });
  });

  it('says_that_a_process_may_not_be_dumped', async () => {
    const { pid } = spawnSync('/bin/sh', ['-c', `ulimit -c unlimited; exec ${ends} undumpable`], { cwd: tmpdir() });
    expect((await death(pid)).exit).toMatchObject({ signal: 6, coreDumped: false });
    expect(await coreDumpOf(pid)).toMatchObject({ obstacle: 'not-dumpable' });
  });

  it.skipIf(/[|/]/.test(pattern))('finds_the_core_in_the_directory_of_the_victim', async () => {
    const cwd = mkdtempSync(join(tmpdir(), 'whodunit core-'));
    try {
      const { pid } = spawnSync('/bin/sh', ['-c', `ulimit -c unlimited; exec ${ends} null`], { cwd });
      expect((await death(pid)).exit).toMatchObject({ signal: 11, coreDumped: true });
      const dump = await coreDumpOf(pid);
      if (dump.kind !== 'core_dump') throw new Error('not a core dump');
      expect(dump.path?.startsWith(`${cwd}/`)).toBe(true);
      expect(dump.sizeBytes).toBe(statSync(dump.path ?? '').size);
      expect(dump).not.toHaveProperty('truncated');

      const cut = spawnSync('/bin/sh', ['-c', `ulimit -c 64; exec ${ends} null`], { cwd });
      const { exit } = await death(cut.pid);
      if (exit.coreDumped) {
        const limitBytes = 64 * 512;
        expect(await coreDumpOf(cut.pid)).toMatchObject({ truncated: true, obstacle: 'resource-limit', limitBytes });
      }
    } finally {
      rmSync(cwd, { recursive: true });
    }
  });

  it('has_no_core_dump_when_its_signal_asks_for_none', async () => {
    const { pid } = spawnSync(ends, ['raise']);
    expect((await death(pid)).exit.signal).toBe(15);
    spawnSync(ends, ['abort']);
    await eventually('a later one', () => world.api.events.some(({ kind }) => kind === 'core_dump'));
    expect(world.api.events.some((event) => event.kind === 'core_dump' && event.victim.pid === pid)).toBe(false);
  });
});
