/** RESTART_SERVICE against a real systemd, in a machine booted for it: what systemctl is told, and what is made of its answers. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { prepareRestartService } from '../../agent/src/command/actions/restart-service.js';
import { createLinux } from '../../agent/src/command/linux.js';
import { Steps } from '../../agent/src/command/outcome.js';
import { loadPidfd } from '../../agent/src/command/pidfd.js';
import { defaultPolicy } from '../../agent/src/command/policy.js';
import { createTools } from '../../agent/src/command/run-tools.js';
import type { System } from '../../agent/src/command/system.js';
import { programs, sockets } from '../../agent/src/command/tools.js';
import { listTasks, readUptime } from '../../agent/src/source/procfs.js';
import { booted } from '../scenarios/e-services.js';
import { bootMachine, type Machine } from '../support/machine.js';
import { requirePrerequisite } from '../support/prerequisite.js';

const redis = 'redis-server.service';

describe.runIf(requirePrerequisite('root', 'machine'))('a service of systemd', { timeout: 120_000 }, () => {
  let machine: Machine;
  let directory: string;
  let system: System;

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'whodunit-systemctl-'));
    machine = bootMachine();
    await booted(machine);
    const pidfd = await loadPidfd();
    if (!pidfd.ok) throw new Error(pidfd.failure.sentence);
    // A pid that the machine's systemd names is another process's here.
    system = { ...createLinux({ listTasks, bootNanoseconds: readUptime }, pidfd.value), open: () => undefined };
  }, 120_000);
  afterAll(async () => {
    await machine.close();
    rmSync(directory, { recursive: true });
  });

  /** As on a host of its own: the same systemctl, in the machine's namespaces. */
  const inMachine = () => {
    const systemctl = join(directory, 'systemctl');
    const leader = machine.leader();
    writeFileSync(systemctl, `#!/bin/sh\nexec nsenter --target ${leader} --all /usr/bin/systemctl "$@"\n`);
    chmodSync(systemctl, 0o755);
    const where = { programs: { ...programs, systemctl: [systemctl] }, sockets };
    return createTools(system, where as unknown as { programs: typeof programs; sockets: typeof sockets });
  };
  const restart = async (service: string) => {
    const steps = new Steps(() => system.bootNanoseconds());
    const context = { system, steps, tools: inMachine(), policy: defaultPolicy, noteAsked: () => undefined };
    const prepared = await prepareRestartService({ kind: 'RESTART_SERVICE', manager: 'systemd', service }, context);
    if (!prepared.ok) return prepared.failure.code;
    return { before: prepared.value.before, ...(await prepared.value.act()), steps: steps.list };
  };

  it('is_another_run_of_it_afterwards', async () => {
    const before = machine.pidOf(redis, 'redis-server');
    const end = await restart('redis-server');
    expect(end).toMatchObject({
      state: 'SUCCEEDED',
      before: { activeState: 'active', subState: 'running' },
      after: { activeState: 'active', subState: 'running' },
    });
    const mainPid = typeof end === 'string' ? undefined : [end.before['mainPid'], end.after['mainPid']];
    expect(mainPid?.[0]).not.toBe(mainPid?.[1]);
    expect(machine.pidOf(redis, 'redis-server', before)).toBeDefined();
    // One that is down is started.
    machine.run('systemctl', 'stop', redis);
    expect(await restart(redis)).toMatchObject({
      state: 'SUCCEEDED',
      before: { activeState: 'inactive', mainPid: null },
      after: { activeState: 'active' },
    });
  });

  it('has_failed_when_it_does_not_come_up_and_says_what_systemd_said', async () => {
    const unit = '[Service]\nType=oneshot\nExecStart=/bin/false\n';
    machine.run('/bin/sh', '-c', `printf '${unit.replaceAll('\n', '\\n')}' > /run/systemd/system/broken.service`);
    machine.run('systemctl', 'daemon-reload');
    expect(await restart('broken')).toMatchObject({
      state: 'FAILED',
      code: 'command/no-effect',
      detail: expect.stringContaining('control process exited with error code') as string,
      after: { activeState: 'failed' },
    });
  });

  it('is_restarted_also_when_systemd_has_given_up_on_it', async () => {
    const state = () => machine.run('systemctl', 'show', '-pActiveState', '--value', redis).trim();
    for (let looks = 0; looks < 500 && state() !== 'failed'; looks += 1) {
      const pid = machine.pidOf(redis, 'redis-server');
      if (pid !== undefined) process.kill(pid, 'SIGKILL');
    }
    expect(state()).toBe('failed');
    const end = await restart(redis);
    expect(end).toMatchObject({
      state: 'SUCCEEDED',
      before: { activeState: 'failed', mainPid: null },
      after: { activeState: 'active', subState: 'running' },
    });
    const steps = typeof end === 'string' ? [] : end.steps.map(({ text, ok }) => [text.split(' ')[3], ok]);
    expect(steps).toEqual([
      ['restart', false],
      ['reset-failed', true],
      ['restart', true],
    ]);
  });

  it('is_not_what_is_not_there_is_masked_or_is_no_service', async () => {
    machine.run('systemctl', 'mask', '--runtime', 'masked.service');
    expect(await restart('masked')).toBe('command/target-gone');
    expect(await restart('no-such-thing')).toBe('command/target-gone');
    expect(await restart('reboot.target')).toBe('command/not-allowed');
    expect(await restart('ssh')).toBe('command/protected');
  });
});
