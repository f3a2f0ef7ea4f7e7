import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isNamespaceInit, whyProtected, whyServiceProtected, type ProcessFacts } from './protection.js';

const facts: ProcessFacts = {
  pid: 4_711,
  innermostPid: 4_711,
  parentPid: 1,
  parentComm: 'systemd',
  state: 'S',
  startTicks: 5n,
  kernelThread: false,
  comm: 'app',
  program: 'app',
  uid: 1_000,
  oomScoreAdj: 0,
  cgroup: '/',
};
const agentLine = new Set([100, 50, 1]);
const why = (more: Partial<ProcessFacts>, local: readonly string[] = []) =>
  whyProtected({ ...facts, ...more }, agentLine, local);

describe('whyProtected', () => {
  it('lets_ordinary_processes_be_dealt_with', () => {
    expect(why({})).toBeUndefined();
    expect(why({ comm: 'sshd', program: 'sshd', parentComm: 'sshd' })).toBeUndefined();
    expect(why({ comm: 'sshd-session', program: 'sshd-session', parentComm: 'sshd' })).toBeUndefined();
    expect(why({ comm: 'initdb', program: 'initdb' })).toBeUndefined();
  });

  it.each<Partial<ProcessFacts>>([
    { pid: 1 },
    { kernelThread: true, program: undefined },
    { pid: 100 },
    { pid: 50 },
    { oomScoreAdj: -1000 },
    { comm: 'systemd', program: 'systemd' },
    { comm: '(sd-pam)', program: 'systemd' },
    { comm: 'systemd-journal', program: 'systemd-journald' },
    { comm: 'dbus-daemon', program: 'dbus-daemon' },
    { comm: 'dbus-broker-lau', program: undefined },
    { comm: 'containerd-shim', program: 'containerd-shim-runc-v2' },
    { comm: 'exe', program: 'dockerd' },
    { comm: 'conmon', program: 'conmon' },
    { comm: 'kubelet', program: 'kubelet' },
    { comm: 'sshd', program: 'sshd', parentComm: 'systemd' },
    { comm: 'sshd', program: undefined, parentComm: undefined },
    { comm: 'tini', program: 'tini' },
  ])('protects %j', (more) => {
    expect(why(more)).toBeTypeOf('string');
  });

  it('adds_what_the_host_says_by_either_name', () => {
    expect(why({ comm: 'mysqld' }, ['mysqld'])).toBeTypeOf('string');
    expect(why({ program: 'a-very-long-name-of-a-program' }, ['a-very-long-name-of-a-program'])).toBeTypeOf('string');
    expect(why({ comm: 'a-very-long-nam', program: undefined }, ['a-very-long-name-of-a-program'])).toBeTypeOf(
      'string',
    );
  });

  it('protects_them_whatever_else_is_true_of_them', () => {
    const anything = fc.record({
      pid: fc.integer({ min: 2, max: 9_999 }),
      innermostPid: fc.integer({ min: 1, max: 9_999 }),
      state: fc.constantFrom('S', 'R', 'D', 'T', 'Z'),
      uid: fc.nat(),
      cgroup: fc.string(),
      comm: fc.string(),
      parentComm: fc.string(),
    });
    const reasons = fc.constantFrom<Partial<ProcessFacts>>(
      ...[{ pid: 1 }, { pid: 100 }, { kernelThread: true }, { oomScoreAdj: -1000 }, { program: 'systemd' }],
      ...[{ comm: 'dockerd' }, { program: 'kubelet' }],
    );
    fc.assert(fc.property(anything, reasons, (one, reason) => why({ ...one, ...reason }) !== undefined));
  });

  it('knows_the_init_of_a_container', () => {
    expect(isNamespaceInit({ ...facts, innermostPid: 1 })).toBe(true);
    expect(isNamespaceInit(facts)).toBe(false);
  });
});

describe('whyServiceProtected', () => {
  it.each(['dbus', 'dbus.service', 'ssh', 'sshd.service', 'docker', 'user@1000.service', 'whodunit-agent.service'])(
    'protects_%s',
    (name) => expect(whyServiceProtected(name)).toBeTypeOf('string'),
  );
  it.each(['systemd-reboot.service', 'systemd-poweroff', 'rescue.service', 'reboot'])(
    'does_not_take_%s_for_a_service',
    (name) => expect(whyServiceProtected(name)).toBeTypeOf('string'),
  );
  it.each(['redis-server.service', 'nginx', 'systemd-resolved.service'])('lets_%s_be_restarted', (name) =>
    expect(whyServiceProtected(name)).toBeUndefined(),
  );
});
