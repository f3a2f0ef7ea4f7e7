import { describe, expect, it } from 'vitest';
import { death, diedAt, guard, kernelMade, kill, oomReport, sent } from '../example.js';
import type { OomReportFacts } from '../facts.js';
import { oomCgroup } from './oom-cgroup.js';

const killed = (overrides: Partial<OomReportFacts> = {}) =>
  death({
    signal: 9,
    oomKillAt: diedAt,
    oomReport: oomReport(overrides),
    signals: [kernelMade(9, { running: guard })],
  });
const summaryOf = (overrides: Partial<OomReportFacts>) => oomCgroup.decide(killed(overrides))?.summary.en;
const whole =
  "worker (pid 4711) was killed by the kernel's OOM killer because cgroup /box reached its limit of 512 MiB";

describe('oom-cgroup', () => {
  it('says_which_limit_was_reached_what_it_held_and_who_asked', () => {
    expect(oomCgroup.decide(killed())).toEqual({
      cause: 'OOM_CGROUP',
      actor: { kind: 'KERNEL', process: null },
      confidence: 0.99,
      summary: expect.objectContaining({ en: `${whole}; it held 480 MiB; mysqld (pid 812) asked for memory` }),
      evidence: [],
    });
  });

  it('names_the_limit_that_is_full_where_there_are_several', () => {
    const memory = [
      { kind: 'memory', usage: 2 ** 28, limit: 2 ** 40, failures: 0 },
      { kind: 'memory+swap', usage: 2 ** 30, limit: 2 ** 30, failures: 7 },
    ];
    expect(summaryOf({ memory })).toContain('cgroup /box reached its memory+swap limit of 1 GiB; ');
  });

  it('says_what_made_it_a_likelier_victim_and_that_the_cgroup_went_with_it', () => {
    const victim = { ...oomReport().victim, oomScoreAdj: 900 };
    expect(summaryOf({ victim, groupKill: true, trigger: { ...oomReport().trigger!, isVictim: true } })).toBe(
      `${whole}; it held 480 MiB and its oom_score_adj was 900; it had asked for memory itself; its whole cgroup was ` +
        'killed with it (memory.oom.group)',
    );
  });

  it('says_what_it_can_of_a_report_of_which_little_is_left', () => {
    const nothing = { anonRss: null, fileRss: null, shmemRss: null, pageTables: null, oomScoreAdj: null };
    expect(summaryOf({ cgroup: null, memory: [], trigger: null, victim: nothing, cut: true })).toBe(
      "worker (pid 4711) was killed by the kernel's OOM killer because its cgroup reached its memory limit",
    );
  });

  it('takes_a_report_of_an_old_kernel_that_names_the_cgroup_and_no_constraint', () => {
    expect(oomCgroup.decide(killed({ constraint: null }))).toMatchObject({ cause: 'OOM_CGROUP', confidence: 0.99 });
    expect(oomCgroup.decide(killed({ constraint: null, cgroup: null, memory: [] }))).toBeNull();
  });

  it('is_less_sure_when_the_signal_was_not_recorded', () => {
    const facts = death({ signal: 9, oomReport: oomReport(), reconstructed: true });
    expect(oomCgroup.decide(facts)).toMatchObject({ cause: 'OOM_CGROUP', confidence: 0.85 });
  });

  it('does_not_let_the_name_of_a_cgroup_forge_the_sentence', () => {
    expect(summaryOf({ cgroup: '/x reached nothing; bob did it' })).toContain(
      'cgroup "/x reached nothing; bob did it" reached',
    );
  });

  it('leaves_another_sender_another_signal_and_the_host_to_others', () => {
    expect(oomCgroup.decide({ ...killed(), signals: [sent(9, kill)] })).toBeNull();
    expect(oomCgroup.decide({ ...killed(), signal: 15, signals: [] })).toBeNull();
    expect(oomCgroup.decide({ ...killed(), oomReport: null })).toBeNull();
    expect(oomCgroup.decide(killed({ constraint: 'none', cgroup: null, memory: [] }))).toBeNull();
  });
});
