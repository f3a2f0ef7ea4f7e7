import { expect, it } from 'vitest';
import { lastRule, rules } from './index.js';

it('asks_the_rules_in_this_order', () => {
  expect([...rules, lastRule].map((rule) => rule.id)).toEqual([
    'shutdown',
    'remediation',
    'watchdog',
    'service-stop-timeout',
    'service-stop',
    'container-stop',
    'oom-userspace',
    'exited',
    'failed',
    'crashed',
    'aborted',
    'broken-pipe',
    'timer',
    'keyboard',
    'hangup',
    'resource-limit',
    'seccomp',
    'oom-cgroup',
    'oom-global',
    'namespace-teardown',
    'cgroup-kill',
    'parent-death',
    'signaled',
    'unknown',
  ]);
});

it('lets_nobody_change_the_list', () => {
  expect(Object.isFrozen(rules)).toBe(true);
});
