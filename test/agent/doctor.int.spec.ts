/** The built agent's doctor on this very host, against the real API. */
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, rmSync, watch, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Check } from '../../agent/src/doctor/check.js';
import { requirePrerequisite } from '../support/prerequisite.js';
import { startStack, type Stack } from '../support/stack.js';
import { traceInstances } from '../support/tracefs.js';
import { buildAgent, createWorld, runAgent } from './agent-process.js';

describe.runIf(requirePrerequisite('root', 'btf', 'libbpf', 'tracefs', 'unshare'))('the doctor', () => {
  let stack: Stack;
  let credential: string;
  const directories: string[] = [];
  const makeDirectory = () => {
    const directory = mkdtempSync(join(tmpdir(), 'whodunit-test-doctor-'));
    directories.push(directory);
    return directory;
  };

  beforeAll(async () => {
    buildAgent();
    stack = await startStack();
    ({ credential } = await stack.enroll('patient'));
  });
  afterAll(async () => {
    await stack?.close();
    for (const directory of directories) rmSync(directory, { recursive: true });
  });

  async function diagnose(stateDir: string, options: readonly string[] = [], api = stack.url) {
    const temporary = makeDirectory();
    const seen = new Set<string>();
    const watcher = watch(temporary, (_, name) => void (name?.startsWith('whodunit-doctor-') && seen.add(name)));
    const args = ['doctor', '--json', '--no-config', '--api', api, '--state-dir', stateDir, ...options];
    const { status, stdout, stderr } = await runAgent(args, { TMPDIR: temporary });
    watcher.close();
    expect(stderr).toBe('');
    const { rung, checks } = JSON.parse(stdout) as { rung: string | null; checks: readonly Check[] };
    const stateOf = (name: string) => checks.find((check) => check.name === name)?.state;
    return { status, rung, checks, stateOf, temporary, tried: [...seen] };
  }

  it.each(['ebpf', 'tracefs'])('tries_the_%s_sensor_and_leaves_nothing_behind', async (sensor) => {
    const stateDir = makeDirectory();
    writeFileSync(join(stateDir, 'credential'), `${credential}\n`);
    const { status, rung, checks, tried, temporary } = await diagnose(stateDir, ['--sensor', sensor]);
    expect(checks.filter(({ state }) => state === 'missing')).toEqual([]);
    expect({ status, rung }).toEqual({ status: 0, rung: sensor });
    expect(tried).toHaveLength(1);
    expect(readdirSync(temporary)).toEqual([]);
    expect(readdirSync(stateDir)).toEqual(['credential']);
    const digest = createHash('sha256').update(join(temporary, tried[0]!)).digest('hex').slice(0, 8);
    expect(existsSync(`/sys/fs/bpf/whodunit-${digest}`)).toBe(false);
    expect(traceInstances()).not.toContain(`whodunit-${digest}`);
  });

  it('tells_a_credential_that_holds_from_one_that_does_not', async () => {
    const stateDir = makeDirectory();
    expect((await diagnose(stateDir)).stateOf('credential')).toBe('degraded');
    writeFileSync(join(stateDir, 'credential'), `${credential}\n`);
    const accepted = await diagnose(stateDir);
    expect([accepted.stateOf('api'), accepted.stateOf('credential'), accepted.stateOf('clock')]).toEqual(
      Array(3).fill('ok'),
    );
    expect(accepted.checks.find(({ name }) => name === 'credential')?.finding).toContain('accepts');
    writeFileSync(join(stateDir, 'credential'), 'whose\n');
    const refused = await diagnose(stateDir);
    expect([refused.status, refused.stateOf('credential')]).toEqual([1, 'missing']);
  });

  it('ends_with_1_when_the_API_is_away', async () => {
    const { status, stateOf } = await diagnose(makeDirectory(), [], 'http://127.0.0.1:1');
    expect([status, stateOf('api')]).toEqual([1, 'missing']);
  });

  it('leaves_an_agent_alone_that_runs', async () => {
    const world = await createWorld();
    try {
      const agent = await world.start('--sensor', 'ebpf');
      const { checks, rung } = await diagnose(world.stateDir);
      expect(rung).toBe('ebpf');
      expect(checks.find(({ name }) => name === 'lock')?.finding).toContain(`(pid ${agent.pid})`);
      expect(existsSync(world.pinDir)).toBe(true);
    } finally {
      await world.close();
    }
  });
});
