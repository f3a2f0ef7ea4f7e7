import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { CommandAction } from '../contract/index.js';
import { approvalsMissing, objectionToApproval } from './approval.js';
import { digestInput } from './digest.js';
import * as example from './job-example.js';
import { jobLimits } from './job-limits.js';
import { planJob, type Plan } from './plan.js';
import type { JobRequest } from './request.js';

const { host, machineId, wanted, worker } = example;

function plan(request: Partial<JobRequest> = {}, facts: Parameters<typeof example.facts>[0] = {}): Plan {
  const planned = planJob(example.request(request), example.facts(facts), jobLimits);
  expect(planned.refusal).toBeNull();
  if (planned.plan === null) throw new Error('refused');
  return planned.plan;
}

const digestOf = (of: Plan) => createHash('sha256').update(digestInput(of)).digest('hex');
const selection = (count: number) => {
  const hosts = Array.from({ length: count }, (_, index) => machineId(index + 1));
  const targets = hosts.map((id) => example.target({ host: host({ id, name: `db${Number(id)}` }) }));
  return { request: { hosts, maxHosts: count }, targets };
};

describe('planJob', () => {
  it.each(Object.entries(wanted))('makes_of_%s_a_command_that_agents_take_with_steps_in_words', (_, action) => {
    const made = plan({ wanted: action });
    expect(made.targets).toHaveLength(1);
    expect(CommandAction.safeParse(made.targets[0]?.action).success).toBe(true);
    expect(made.targets[0]?.steps.every((step) => /^[A-Z].*\.$/.test(step))).toBe(true);
  });

  it('says_what_the_agent_will_do', () => {
    expect(plan({ wanted: wanted.killZombieParent }).targets[0]?.steps).toEqual([
      'Open worker (pid 4711) by pidfd, and go on only if its start time and cgroup are those of the plan.',
      'Send SIGCHLD to it, wait, and look whether its zombie is gone.',
      'If not: send SIGTERM, wait, and look whether its zombie is gone.',
      'If not: send SIGKILL, wait, and look whether its zombie is gone.',
    ]);
  });

  it('freezes_the_target_with_pid_start_and_cgroup_and_only_its_own_zombies', () => {
    expect(plan({ wanted: wanted.killZombieParent }).targets[0]?.action).toEqual({
      kind: 'KILL_ZOMBIE_PARENT',
      parent: { pid: 4711, start: '4711000', cgroup: '/system.slice/worker.service' },
      zombies: [{ pid: 4800, start: '4800000' }],
    });
  });

  it.each([
    [1, 'routine', 0],
    [2, 'risky', 1],
    [11, 'dangerous', 2],
  ])('asks_for_more_people_the_more_hosts: %s', (count, risk, approvals) => {
    const { request, targets } = selection(count);
    const fleet = example.fleet({ hosts: 100, healthy: 100 });
    expect(plan(request, { targets, fleet })).toMatchObject({ risk, approvals });
  });

  it('takes_two_approvals_for_a_reboot_one_for_sparing_a_process_and_for_ending_a_container', () => {
    expect(plan({ wanted: wanted.reboot }).approvals).toBe(2);
    expect(plan({ wanted: { ...wanted.oomScoreAdj, oomScoreAdj: -500 } }).approvals).toBe(1);
    const shim = [{ ref: { pid: 800, start: '1' }, comm: 'conmon', args: [] }];
    const first = worker({ container: { id: 'c1', runtime: 'podman', pod: null }, ancestry: shim });
    const made = plan({ wanted: wanted.signal }, { targets: [example.target({ process: first })] });
    expect(made).toMatchObject({ approvals: 1, warnings: [expect.stringContaining('first process of its container')] });
  });

  it('sends_a_canary_first_then_waves_no_larger_than_what_may_be_away', () => {
    const { request, targets } = selection(30);
    const fleet = example.fleet({ hosts: 30, healthy: 28 });
    const waves = plan(request, { targets, fleet }).targets.map(({ wave }) => wave);
    const sizes = waves.reduce<number[]>(
      (all, wave) => all.with(wave, (all[wave] ?? 0) + 1),
      Array(waves.at(-1)! + 1).fill(0),
    );
    expect(sizes).toEqual([1, ...Array(9).fill(3), 2]);
  });

  it('takes_a_host_that_is_online_as_canary_and_warns_of_those_that_are_not', () => {
    const { request, targets } = selection(2);
    const [one, two] = targets.map((target) => target.host);
    const away = [{ ...one!, online: false, healthy: false, seenSecondsAgo: 600 }, two!].map((of) =>
      example.target({ host: of }),
    );
    const made = plan(request, { targets: away, fleet: example.fleet({ hosts: 10, healthy: 9 }) });
    expect(made.targets.map(({ hostName }) => hostName)).toEqual(['db2', 'db1']);
    expect(made.warnings).toEqual([
      'db1: It is offline, last seen 10 minutes ago: the job waits until it comes back or expires.',
    ]);
  });

  it('warns_a_person_of_a_restart_loop_and_of_what_is_known_badly', () => {
    const loop = example.history({ isRestartLoop: true });
    expect(plan({}, { targets: [example.target({ history: loop })] }).warnings[0]).toContain('restart loop');
    const poor = example.target({ host: host({ rung: 'procfs' }), process: worker({ cgroup: null }) });
    expect(plan({ wanted: wanted.signal }, { targets: [poor] }).warnings).toHaveLength(2);
    expect(plan({ wanted: { ...wanted.oomScoreAdj, oomScoreAdj: -1000 } }).warnings[0]).toContain('-1000');
  });
});

describe('approvals', () => {
  const made = plan({ wanted: wanted.reboot, requester: example.alice });
  const digest = digestOf(made);
  const by = (approver: string, of = digest) => ({ approver, digest: of });

  it('are_of_two_others_than_the_requester_and_for_this_plan', () => {
    const none = { plan: made, digest, approvals: [] };
    expect(objectionToApproval(none, by('alice'))?.code).toBe('remedy/own-request');
    expect(objectionToApproval(none, by('bob', 'another'))?.code).toBe('remedy/other-plan');
    expect(objectionToApproval(none, by('bob'))).toBeNull();
    const one = { ...none, approvals: [by('bob')] };
    expect(objectionToApproval(one, by('bob'))?.code).toBe('remedy/approved-already');
    expect(approvalsMissing(one)).toBe(1);
    expect(approvalsMissing({ ...none, approvals: [by('bob'), by('bob'), by('alice'), by('carol', 'x')] })).toBe(1);
    expect(approvalsMissing({ ...none, approvals: [by('bob'), by('carol')] })).toBe(0);
  });

  it('are_not_of_who_armed_the_policy_and_not_of_what_needs_none', () => {
    const armed = { policy: example.armed };
    const asked = plan({ wanted: wanted.reboot, requester: example.policyOfBob }, armed);
    const none = { plan: asked, digest: digestOf(asked), approvals: [] };
    expect(objectionToApproval(none, by('bob', none.digest))?.code).toBe('remedy/own-request');
    const routine = plan();
    const unneeded = { plan: routine, digest: digestOf(routine), approvals: [] };
    expect(objectionToApproval(unneeded, by('bob', unneeded.digest))?.code).toBe('remedy/approval-not-needed');
  });
});

describe('digestInput', () => {
  it('does_not_depend_on_the_order_of_members_and_survives_storage', () => {
    const made = plan({ wanted: wanted.killZombieParent, reason: 'Zombies… \ud800 "quoted"' });
    const turned = Object.fromEntries(Object.entries(made).toReversed()) as unknown as Plan;
    expect(digestInput(turned)).toBe(digestInput(made));
    expect(digestInput(JSON.parse(JSON.stringify(made)) as Plan)).toBe(digestInput(made));
    expect(JSON.parse(digestInput(made))).toEqual(made);
  });
});
