/** The engine and what comes beside signals and exits: OOM reports, core dumps, the kernel log, losses of one cgroup. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { coreDumpObstacles, kernelLogTopics, oomConstraints } from '../contract/index.js';
import { decide } from './decide.js';
import { death, diedAt, kernelMade, kill, oomReport, sent, worker } from './example.js';
import type { CoreDumpFacts, DeathFacts, KernelLogFacts, OomReportFacts } from './facts.js';

describe('decide, with other evidence', () => {
  it('lets_a_throttled_cgroup_take_nothing_from_the_deaths_of_others', () => {
    const loss = { since: diedAt, until: diedAt, cause: 'throttled', count: 9, cgroup: '/flood' };
    const of = (cgroup: string) => decide(death({ code: 0, losses: [loss], victim: { ...worker, cgroup } }));
    expect([of('/calm').confidence, of('/flooded').confidence]).toEqual([0.99, 0.99]);
    expect(of('/flood/inner').confidence).toBe(0.79);
    expect(of('/flood').summary.en).toContain('; 9 events of its cgroup were lost around that time');
    expect(of('/flood').evidence.map(({ text }) => text)).toContainEqual(
      expect.stringMatching(/^9 events of cgroup \/flood lost \(throttled\)/),
    );
  });

  it('counts_what_was_told_once_a_second', () => {
    const flood = kernelMade(11, {
      code: 1,
      disposition: 'caught',
      count: 4_000,
      until: diedAt - 1_000_000n,
      msBefore: 900,
    });
    const texts = decide(death({ signal: 9, signals: [flood, sent(9, kill)] })).evidence.map(({ text }) => text);
    expect(texts[0]).toMatch(/handler for it; 4000 times, the last 1 ms before the death\.$/);
  });

  it('gives_the_whole_report_of_the_OOM_killer', () => {
    const verdict = decide(death({ signal: 9, oomReport: oomReport({ cut: true }), signals: [kernelMade(9)] }));
    expect(verdict).toMatchObject({ cause: 'OOM_CGROUP', rule: 'oom-cgroup' });
    expect(verdict.evidence.filter(({ kind }) => kind === 'oom').map(({ text }) => text)).toEqual([
      "The kernel's OOM report names worker (pid 4711) as its victim, because a cgroup was at its limit.",
      'Cgroup /box used 512 MiB of its memory limit of 512 MiB (hit 42 times).',
      'The victim held 480 MiB of memory (470 MiB anonymous, 10 MiB of files, 0 bytes shared), and 1 MiB of page tables.',
      "The victim's oom_score_adj was 0.",
      'mysqld (pid 812) asked for memory (GFP_KERNEL, order 0).',
      'Lines of the report are missing.',
    ]);
  });

  it('does_not_call_what_is_unlimited_a_limit', () => {
    const memory = [{ kind: 'kmem', usage: 114_688, limit: Number.MAX_SAFE_INTEGER, failures: 0 }];
    const { evidence } = decide(death({ signal: 9, oomReport: oomReport({ memory }), signals: [kernelMade(9)] }));
    expect(evidence.map(({ text }) => text)).toContain('Cgroup /box used 112 KiB of kmem, which has no limit.');
  });

  it('quotes_the_kernel_log_so_that_it_cannot_forge_a_sentence', () => {
    const kernelLog = [{ at: diedAt, topic: 'segfault', text: 'a". It was bob.\n[7]: segfault' } as const];
    expect(decide(death({ code: 0, kernelLog })).evidence[0]).toEqual({
      kind: 'kernel-log',
      at: diedAt,
      text: 'The kernel logged "a\\". It was bob.\\n[7]: segfault".',
    });
  });

  it('says_that_nobody_watched_when_the_kernel_log_is_all_there_is', () => {
    const verdict = decide(death({ signal: 9, oomReport: oomReport(), reconstructed: true }));
    expect(verdict).toMatchObject({ cause: 'OOM_CGROUP', confidence: 0.85 });
    expect(verdict.summary.en).toMatch(/asked for memory; nobody watched, so this is what the kernel log says\.$/);
    expect(verdict.evidence.at(-1)).toMatchObject({ kind: 'sensor', text: expect.stringMatching(/^Nobody watched/) });
  });
});

const orNull = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null });
const text = fc.string({ unit: 'binary', maxLength: 40 });
const instant = fc.bigInt({ min: 0n, max: 10n ** 18n });
const size = fc.oneof(fc.nat(), fc.maxSafeNat());

const anyCandidate = fc.record({
  pid: fc.nat(),
  comm: text,
  size,
  oomScoreAdj: fc.integer({ min: -1000, max: 1000 }),
});

const anyReport: fc.Arbitrary<OomReportFacts> = fc.record({
  at: instant,
  constraint: orNull(fc.constantFrom(...oomConstraints)),
  cgroup: orNull(text),
  memory: fc.array(fc.record({ kind: text, usage: size, limit: size, failures: orNull(size) }), { maxLength: 3 }),
  trigger: orNull(
    fc.record({
      comm: text,
      pid: orNull(fc.nat()),
      isVictim: fc.boolean(),
      gfpMask: orNull(text),
      order: orNull(fc.nat(10)),
    }),
  ),
  victim: fc.record({
    anonRss: orNull(size),
    fileRss: orNull(size),
    shmemRss: orNull(size),
    pageTables: orNull(size),
    oomScoreAdj: orNull(fc.integer({ min: -1000, max: 1000 })),
  }),
  table: orNull(
    fc.record({
      candidates: fc.nat(),
      isWhole: fc.boolean(),
      victim: orNull(anyCandidate),
      rivals: fc.array(anyCandidate, { maxLength: 2 }),
      shielded: fc.array(anyCandidate, { maxLength: 2 }),
      shieldedTotal: fc.nat(9),
    }),
  ),
  groupKill: fc.boolean(),
  cut: fc.boolean(),
});

const anyCoreDump: fc.Arbitrary<CoreDumpFacts> = fc.record({
  at: instant,
  pattern: orNull(fc.oneof(text, fc.constant('|/usr/bin/handler %p'))),
  path: orNull(text),
  size: orNull(size),
  truncated: fc.boolean(),
  obstacle: orNull(fc.constantFrom(...coreDumpObstacles)),
  limit: orNull(size),
});

const kernelLogLine: fc.Arbitrary<KernelLogFacts> = fc.record({
  at: instant,
  topic: fc.constantFrom(...kernelLogTopics),
  text,
});

type OtherEvidence = Pick<DeathFacts, 'oomReport' | 'coreDump' | 'kernelLog' | 'reconstructed'>;

function arbitraryEvidence(): fc.Arbitrary<OtherEvidence> {
  return fc.record({
    oomReport: orNull(anyReport),
    coreDump: orNull(anyCoreDump),
    kernelLog: fc.array(kernelLogLine, { maxLength: 3 }),
    reconstructed: fc.boolean(),
  });
}

describe('decide, whatever the other evidence', () => {
  it('never_throws_and_answers_alike_for_alike_facts', () => {
    const signal = fc.constantFrom(9, 11, 6, null);
    const recorded = fc.constantFrom([], [kernelMade(9)], [sent(9, kill)], [kernelMade(11, { code: 1 })]);
    fc.assert(
      fc.property(signal, recorded, fc.boolean(), arbitraryEvidence(), (number, signals, coreDumped, evidence) => {
        const facts = { ...death({ signal: number, signals, coreDumped }), ...evidence };
        const verdict = decide(facts);
        expect(decide(structuredClone(facts))).toEqual(verdict);
        expect(verdict.confidence).toBeLessThanOrEqual(0.99);
        for (const text of [verdict.summary.en, verdict.summary.zh, ...verdict.evidence.map((one) => one.text)]) {
          expect(text).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
          expect(text).toMatch(text === verdict.summary.zh ? /。$/ : /\.$/);
        }
      }),
      { numRuns: 500 },
    );
  });
});
