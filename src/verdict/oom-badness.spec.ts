import { describe, expect, it } from 'vitest';
import { death, oomReport } from './example.js';
import type { OomReportFacts } from './facts.js';
import { choiceOf, summarizeTasks, type OomTaskRowFacts } from './oom-badness.js';
import { oomReportEvidence } from './oom-evidence.js';

const mebibyte = 1024 * 1024;
const victimPid = 4711;

/** Sizes in MiB. */
function task(pid: number, size: number, oomScoreAdj = 0, more: Partial<OomTaskRowFacts> = {}): OomTaskRowFacts {
  return { pid, comm: `p${pid}`, rss: size * mebibyte, swap: 0, pageTables: 0, oomScoreAdj, ...more };
}

const limitOf = (mebibytes: number) => [
  { kind: 'memory', usage: mebibytes * mebibyte, limit: mebibytes * mebibyte, failures: 1 },
];

/** A cgroup with a limit of 1,000 MiB: a point of oom_score_adj weighs 1 MiB. */
function report(tasks: readonly OomTaskRowFacts[], more: Partial<OomReportFacts> = {}): OomReportFacts {
  const memory = more.memory ?? limitOf(1_000);
  return oomReport({ memory, table: summarizeTasks(tasks, victimPid, memory), ...more });
}

const sparedAt = (tasks: readonly OomTaskRowFacts[], more: Partial<OomReportFacts> = {}) =>
  choiceOf(report(tasks, more))?.sparedAt;

describe('the choice of the OOM killer', () => {
  it('is_explained_by_size_and_says_what_would_have_spared_the_victim', () => {
    const choice = choiceOf(report([task(1, 20), task(victimPid, 500), task(2, 300)]));
    expect(choice).toMatchObject({ victim: { pid: victimPid }, next: { pid: 2 }, isWeighed: true, sparedAt: -201 });
  });

  it('counts_swap_and_page_tables', () => {
    const swapped = task(2, 100, 0, { swap: 250 * mebibyte, pageTables: 50 * mebibyte });
    expect(sparedAt([task(victimPid, 500), swapped])).toBe(-101);
  });

  it('is_explained_by_adjustments_too', () => {
    expect(sparedAt([task(victimPid, 100, 900), task(2, 300)])).toBe(0);
    expect(sparedAt([task(victimPid, 300, 0), task(2, 100, 100)])).toBe(-101);
    expect(sparedAt([task(victimPid, 300, 0), task(2, 900, -700)])).toBe(-700);
  });

  it('would_make_another_worse_by_what_it_advises', () => {
    for (const [size, adjusted, other, otherAdjusted] of [
      [500, 0, 300, 0],
      [900, 0, 20, 0],
      [333, 500, 700, 10],
      [700, 100, 650, -20],
    ] as const) {
      const tasks = [task(victimPid, size, adjusted), task(2, other, otherAdjusted)];
      const spared = sparedAt(tasks)!;
      expect(choiceOf(report([task(victimPid, size, spared), tasks[1]!]))).toBeNull();
    }
  });

  it('has_no_advice_where_only_minus_1000_would_have_done_or_nobody_else_was_left', () => {
    expect(sparedAt([task(victimPid, 990), task(2, 1)], { memory: limitOf(500) })).toBeNull();
    expect(choiceOf(report([task(victimPid, 990), task(2, 1_000, -1_000)]))).toMatchObject({
      next: null,
      sparedAt: null,
    });
  });

  it('is_not_explained_by_a_table_that_says_otherwise_or_is_not_whole', () => {
    expect(choiceOf(report([task(victimPid, 300), task(2, 500)]))).toBeNull();
    expect(choiceOf(report([task(victimPid, 500), task(2, 300, 0, { pageTables: null })]))).toBeNull();
    expect(choiceOf(report([task(2, 300)]))).toBeNull();
    expect(choiceOf(report([]))).toBeNull();
    const tasks = [task(victimPid, 500), task(2, 300)];
    expect(choiceOf(report(tasks, { cut: true }))).toBeNull();
    expect(choiceOf(report(tasks, { groupKill: true }))).toBeNull();
    const many = Array.from({ length: 1_001 }, (_, n) => task(n, n === victimPid ? 9 : 1));
    expect(choiceOf(report([...many, task(victimPid, 500)]))).toBeNull();
  });

  it('compares_sizes_alone_where_the_memory_of_the_host_is_not_known', () => {
    const host = { constraint: 'none', cgroup: null, memory: [] } as const;
    expect(choiceOf(report([task(victimPid, 500), task(2, 300)], host))).toMatchObject({
      isWeighed: false,
      sparedAt: null,
    });
    expect(choiceOf(report([task(victimPid, 500, 500), task(2, 600)], host))).toBeNull();
  });
});

describe('summarizeTasks', () => {
  it('keeps_the_worst_and_the_largest_of_the_shielded', () => {
    const tasks = [
      task(victimPid, 900),
      ...Array.from({ length: 9 }, (_, n) => task(n + 1, n, n % 3 === 0 ? -1_000 : n)),
    ];
    const table = summarizeTasks(tasks, victimPid, limitOf(1_000))!;
    expect(table.rivals.map(({ pid }) => pid)).toEqual([9, 8, 6, 5, 3]);
    expect(table).toMatchObject({
      candidates: 10,
      isWhole: true,
      shieldedTotal: 3,
      shielded: [{ pid: 7 }, { pid: 4 }, { pid: 1 }],
    });
  });
});

describe('the evidence', () => {
  const textsOf = (tasks: readonly OomTaskRowFacts[], more: Partial<OomReportFacts> = {}) =>
    oomReportEvidence(death({ signal: 9, oomReport: report(tasks, more) })).map(({ text }) => text);

  it('says_why_this_one_what_would_have_spared_it_and_who_was_protected', () => {
    const texts = textsOf([task(victimPid, 500, 100), task(2, 300), task(3, 700, -900), task(4, 5, -1_000)]);
    expect(texts).toContain(
      'The victim was the worst of 4 candidates: 500 MiB of memory, swap and page tables (oom_score_adj 100); next ' +
        'was p2 (pid 2) with 300 MiB.',
    );
    expect(texts).toContain('An oom_score_adj of -201 or lower would have spared it, at the cost of p2 (pid 2).');
    expect(texts).toContain(
      'Protected by oom_score_adj (-1000: never killed) were p3 (pid 3) by -900, with 700 MiB; p4 (pid 4) by -1000, with 5 MiB.',
    );
  });

  it('says_no_more_than_it_knows', () => {
    const host = { constraint: 'none', cgroup: null, memory: [] } as const;
    const texts = textsOf([task(victimPid, 500), task(2, 300)], host).join('\n');
    expect(texts).toContain('The victim was the largest of 2 candidates');
    expect(texts).not.toContain('spared');
    expect(textsOf([task(victimPid, 500)]).join('\n')).toContain('was the only candidate.');
    expect(textsOf([task(victimPid, 1), task(2, 300)]).join('\n')).not.toContain('candidate');
  });
});
