/** With real processes: children of this one. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { listTasks, readUptime } from '../source/procfs.js';
import { createLinux } from './linux.js';
import { loadPidfd } from './pidfd.js';
import { whyProtected } from './protection.js';
import type { System } from './system.js';

let system: System;
let child: ChildProcess;
let pid: number;
beforeEach(async () => {
  const pidfd = await loadPidfd();
  if (!pidfd.ok) throw new Error(pidfd.failure.sentence);
  system = createLinux({ listTasks, bootNanoseconds: readUptime }, pidfd.value);
  child = spawn('/bin/sleep', ['60'], { stdio: 'ignore' });
  pid = child.pid ?? 0;
  await once(child, 'spawn');
});
afterEach(() => void child.kill('SIGKILL'));

it('holds_a_process_looks_at_it_and_signals_it', async () => {
  const open = system.open(pid);
  expect(open?.facts()).toMatchObject({
    ...{ pid, innermostPid: expect.any(Number) as number, parentPid: process.pid, kernelThread: false },
    ...{ comm: 'sleep', uid: process.getuid?.(), state: expect.stringMatching(/[SRD]/) as string },
  });
  expect(open?.setOomScoreAdj(555)).toBe(0);
  expect(open?.facts()?.oomScoreAdj).toBe(555);
  expect(readFileSync(`/proc/${pid}/oom_score_adj`, 'utf8')).toBe('555\n');
  expect(open?.hasEnded()).toBe(false);
  const ended = once(child, 'exit');
  expect(open?.signal(15)).toBe(0);
  expect(await ended).toEqual([null, 'SIGTERM']);
  expect(open?.hasEnded()).toBe(true);
  expect(open?.facts()).toBeUndefined();
  // ESRCH: whoever has the pid next is safe.
  expect(open?.signal(9)).toBe(3);
  expect(open?.setOomScoreAdj(1)).not.toBe(0);
  open?.close();
});

it('knows_starts_and_its_own_line', () => {
  expect(system.starts().get(pid)).toBe((system.glance(pid)?.startTicks ?? 0n) * 10_000_000n);
  expect(system.agentLine().has(process.pid)).toBe(true);
  expect(system.agentLine().has(process.ppid)).toBe(true);
  expect(system.agentLine().has(pid)).toBe(false);
  const own = system.open(process.pid);
  const facts = own?.facts();
  expect(facts && whyProtected(facts, system.agentLine(), [])).toContain('the agent');
  own?.close();
});

it('leaves_no_descriptor_open_and_finds_nobody_where_nobody_is', () => {
  const before = readdirSync('/proc/self/fd').length;
  for (let count = 0; count < 50; count += 1) system.open(pid)?.close();
  expect(system.open(4_194_303)).toBeUndefined();
  expect(readdirSync('/proc/self/fd')).toHaveLength(before);
});
