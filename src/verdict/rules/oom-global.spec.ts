import { describe, expect, it } from 'vitest';
import { death, guard, kernelMade, kill, oomReport, sent } from '../example.js';
import type { OomReportFacts } from '../facts.js';
import { oomGlobal } from './oom-global.js';

const killed = (constraint: OomReportFacts['constraint']) =>
  death({
    signal: 9,
    oomReport: oomReport({ constraint, cgroup: null, memory: [] }),
    signals: [kernelMade(9, { running: guard })],
  });

describe('oom-global', () => {
  it.each([
    ['none', 'the host ran out of memory'],
    ['cpuset', 'memory ran out on the nodes that a cpuset allows'],
    ['memory-policy', 'memory ran out on the nodes that a memory policy allows'],
  ] as const)('takes_a_report_with_the_constraint_%s', (constraint, why) => {
    expect(oomGlobal.decide(killed(constraint))).toEqual({
      cause: 'OOM_GLOBAL',
      actor: { kind: 'KERNEL', process: null },
      confidence: 0.99,
      summary: expect.objectContaining({
        en:
          `worker (pid 4711) was killed by the kernel's OOM killer because ${why}; it held 480 MiB; mysqld (pid 812) asked for ` +
          'memory',
      }),
      evidence: [],
    });
  });

  it('leaves_cgroups_what_is_not_known_and_other_senders_to_others', () => {
    expect(oomGlobal.decide(killed('memcg'))).toBeNull();
    expect(oomGlobal.decide(killed(null))).toBeNull();
    expect(oomGlobal.decide({ ...killed('none'), signals: [sent(9, kill)] })).toBeNull();
    expect(oomGlobal.decide({ ...killed('none'), oomReport: null })).toBeNull();
  });
});
