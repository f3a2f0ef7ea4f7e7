/**
 * A pid that is given to another process at once, again and again: before a command is looked at, and between its last check and
 * the act. Nobody but the planned process is ever hit.
 */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { prepareSetOomScoreAdj } from '../../agent/src/command/actions/set-oom-score-adj.js';
import { prepareSignalProcess } from '../../agent/src/command/actions/signal-process.js';
import type { Context } from '../../agent/src/command/context.js';
import { createLinux } from '../../agent/src/command/linux.js';
import { Steps } from '../../agent/src/command/outcome.js';
import { loadPidfd } from '../../agent/src/command/pidfd.js';
import { defaultPolicy } from '../../agent/src/command/policy.js';
import { createTools } from '../../agent/src/command/run-tools.js';
import type { System } from '../../agent/src/command/system.js';
import { openEbpf } from '../../agent/src/source/ebpf.js';
import { removeSensor } from '../../agent/src/source/remove-sensor.js';
import { requirePrerequisite } from '../support/prerequisite.js';
import { compile, type Program } from '../support/programs.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const object = fileURLToPath(new URL('../../agent/probe/whodunit.bpf.o', import.meta.url));
/** Each forces a reuse of its own: more rounds show the same more often. 10,000 take some five minutes. */
const rounds = Number(process.env['WHODUNIT_REUSE_ROUNDS'] ?? 500);

/** Of pids that came back because there are no more; WHODUNIT_WRAP_ROUNDS=10000 for all. */
const wrapRounds = Number(process.env['WHODUNIT_WRAP_ROUNDS'] ?? 500);
/** Few enough that most of what is forked in between has other pids. */
const targetsAtOnce = 500;

describe.runIf(requirePrerequisite('root', 'btf', 'libbpf'))('a pid that is another process’s by now', () => {
  let stateDir: string;
  let system: System;
  let context: Context;

  beforeAll(async () => {
    stateDir = await mkdtemp(join(tmpdir(), 'whodunit-reuse-'));
    const opened = await openEbpf(object, stateDir);
    const pidfd = await loadPidfd();
    if (!opened.ok || !pidfd.ok) throw new Error('The sensor cannot be opened.');
    system = createLinux(opened.value, pidfd.value);
    const steps = new Steps(() => system.bootNanoseconds());
    context = { system, steps, tools: createTools(system), policy: defaultPolicy, noteAsked: () => undefined };
  });
  afterAll(async () => {
    await removeSensor(stateDir);
    await rm(stateDir, { recursive: true, force: true });
  });

  const start = () => spawn('/bin/sleep', ['60'], { stdio: 'ignore' });
  const end = async (child: ChildProcess) => {
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  };
  const targetOf = (pid: number) => ({ pid, start: String(system.starts().get(pid)) });
  /** The next one that begins, unless somebody else begins one at this very moment. */
  const startAs = (pid: number) => {
    writeFileSync('/proc/sys/kernel/ns_last_pid', String(pid - 1));
    return start();
  };

  it('is_never_hit', { timeout: 900_000 }, async () => {
    let reused = 0;
    for (let round = 0; round < rounds; round += 1) {
      const planned = start();
      const pid = planned.pid ?? 0;
      const target = targetOf(pid);
      const prepare = () =>
        round % 2 === 0
          ? prepareSignalProcess({ kind: 'SIGNAL_PROCESS', process: target, signal: 9 }, context)
          : prepareSetOomScoreAdj({ kind: 'SET_OOM_SCORE_ADJ', process: target, oomScoreAdj: 999 }, context);
      const prepared = prepare();
      if (!prepared.ok) throw new Error(prepared.failure.sentence);
      await end(planned);
      const other = startAs(pid);
      if (other.pid === pid) reused += 1;
      expect(prepare()).toMatchObject({ ok: false });
      expect(await prepared.value.act()).toMatchObject({ state: 'FAILED', code: 'command/target-gone' });
      prepared.value.close();
      const seen = system.open(other.pid ?? 0);
      expect(seen?.hasEnded()).toBe(false);
      expect(seen?.facts()?.oomScoreAdj).not.toBe(999);
      seen?.close();
      await end(other);
    }
    expect(reused).toBeGreaterThan(rounds / 2);
  });
});

/** As it comes about in earnest: the pids have run out and begin again. In a pid namespace, whose pid_max is its own. */
describe.runIf(requirePrerequisite('root', 'cc', 'unshare', 'pid-max-of-namespace'))(
  '4,096 pids that come back',
  () => {
    let program: Program;
    let script: string;

    beforeAll(async () => {
      program = await compile('reuse-pids');
      script = join(root, 'dist/test/reuse-in-namespace.mjs');
      await build({
        ...{ entryPoints: [join(root, 'test/support/reuse-in-namespace.ts')], outfile: script },
        ...{ bundle: true, platform: 'node', format: 'esm', target: 'node20', packages: 'external' },
      });
    });
    afterAll(async () => {
      await rm(script, { force: true });
      await program.remove();
    });

    it('are_never_hit_for_those_who_had_them', { timeout: 900_000 }, async () => {
      const pidMax = () => readFileSync('/proc/sys/kernel/pid_max', 'utf8');
      const ours = pidMax();
      const inside = [
        process.execPath,
        script,
        program.file,
        String(Math.min(wrapRounds, targetsAtOnce)),
        String(wrapRounds),
      ];
      const flags = ['--pid', '--fork', '--kill-child', '--mount-proc'];
      const { stdout } = await promisify(execFile)('unshare', [...flags, ...inside]);
      const told = JSON.parse(stdout) as Record<string, unknown>;
      if (wrapRounds > 1_000) console.log(stdout);
      expect(told).toMatchObject({ pidMax: 4_096, acted: 0, prepared: 0, marked: 0, ended: 0 });
      expect(told['rounds']).toBeGreaterThanOrEqual(wrapRounds);
      expect(told['highestPid']).toBeLessThan(4_096);
      expect(Number(told['forks'])).toBeGreaterThan(3_000);
      expect(pidMax()).toBe(ours);
    });
  },
);
