import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decide } from './decide.js';
import { bash, death, diedAt, guard, kernelMade, kill, process, sent, worker } from './example.js';
import type { DeathFacts, ProcessFacts, SignalFacts } from './facts.js';
import { tellingDeaths } from './telling-deaths.js';
import { withoutOneField } from './without-one-field.js';

describe('decide', () => {
  it('tells_a_whole_death_in_one_sentence_with_its_evidence_in_time_order', () => {
    const request = sent(15, kill, { disposition: 'caught', msBefore: 10_000 });
    const reminder = sent(15, kill, { disposition: 'caught', msBefore: 5_000 });
    const verdict = decide(death({ signal: 9, signals: [request, reminder, sent(9, guard)] }));
    expect(verdict).toMatchObject({
      cause: 'SIGNALED',
      actor: { kind: 'PROCESS', process: guard.ref },
      confidence: 0.99,
      rule: 'signaled',
      engine: 6,
      summary: {
        en:
          'SIGKILL from python3 (pid 900, "python3 guard.py") run as root via systemd ended worker (pid 4711), 4.9 s after ' +
          'SIGTERM from kill (pid 4712, "/bin/kill -9 4711") run by alice via bash, which it had caught; no cleanup was ' +
          'possible.',
      },
    });
    expect(verdict.evidence.map(({ kind, text }) => `${kind}: ${text}`)).toEqual([
      'signal: SIGTERM (SI_USER) from kill (pid 4712, "/bin/kill -9 4711") run by alice via bash: the process had a ' +
        'handler for it; 2 times, the last 5.0 s before the death.',
      'signal: SIGKILL (SI_USER) from python3 (pid 900, "python3 guard.py") run as root via systemd: cannot be caught; ' +
        'this one ended it; 1 ms before the death.',
      'sender: SIGKILL was sent by python3 (pid 900), command line "python3 guard.py", user root, no login, started by ' +
        'systemd (pid 1).',
      'exit: worker (pid 4711) was ended by SIGKILL (signal 9).',
    ]);
  });

  it('keeps_a_JVM_that_catches_faults_to_one_line', () => {
    const faults = Array.from({ length: 30 }, () => kernelMade(11, { code: 1, disposition: 'caught', thread: 4720 }));
    const texts = decide(death({ signal: 9, signals: [...faults, sent(9, kill)] })).evidence.map(({ text }) => text);
    expect(texts[0]).toBe(
      'SIGSEGV (SEGV_MAPERR) for thread 4720 from the kernel: the process had a handler for it; 30 times, the last 1 ms ' +
        'before the death.',
    );
    expect(texts).toHaveLength(4);
  });

  it('leaves_signals_that_end_nothing_out_of_the_evidence', () => {
    const signals = [17, 18, 19, 20, 28].map((signal) => sent(signal, guard));
    expect(decide(death({ code: 0, signals })).evidence.map(({ kind }) => kind)).toEqual(['exit']);
  });

  it('says_whether_a_core_was_dumped_where_one_is_due', () => {
    const texts = (coreDumped: boolean) =>
      decide(death({ signal: 11, coreDumped, signals: [kernelMade(11, { code: 1 })] }))
        .evidence.filter(({ kind }) => kind === 'core')
        .map(({ text }) => text);
    expect(texts(true)).toEqual(['A core was dumped.']);
    expect(texts(false)).toEqual(['No core was dumped, although SIGSEGV asks for one.']);
    expect(decide(death({ signal: 9 })).evidence.some(({ kind }) => kind === 'core')).toBe(false);
  });

  it('says_that_the_OOM_killer_chose_it_and_still_believes_the_signal_of_another', () => {
    const verdict = decide(death({ signal: 9, oomKillAt: diedAt, signals: [sent(9, kill)] }));
    expect(verdict.cause).toBe('SIGNALED');
    expect(verdict.evidence).toContainEqual({
      kind: 'oom',
      at: diedAt,
      text: "The kernel's OOM killer chose worker (pid 4711) as its victim at the instant of the death.",
    });
  });

  it('says_what_a_loss_may_have_hidden_and_is_less_sure', () => {
    const loss = {
      since: diedAt - 2_000_000_000n,
      until: diedAt + 1_000_000n,
      cause: 'ring-overrun',
      count: 17,
      cgroup: null,
    };
    const verdict = decide(death({ signal: 9, signals: [sent(9, kill)], losses: [loss] }));
    expect(verdict.confidence).toBe(0.79);
    expect(verdict.summary.en).toMatch(
      /possible; 17 events of this host were lost around that time, so something may be missing here\.$/,
    );
    expect(verdict.evidence[0]).toEqual({
      kind: 'loss',
      at: loss.since,
      text: '17 events of this host lost (ring-overrun) from 2.0 s before the death until 1 ms after the death.',
    });
  });

  it('says_all_of_that_in_Chinese_too', () => {
    const [since, until] = [diedAt - 2_000_000_000n, diedAt];
    const losses = [{ since, until, cause: 'ring-overrun', count: 17, cgroup: null }];
    const facts = death({ victim: { ...worker, unit: 'mail.service' }, signal: 9, rung: 'procfs', losses });
    expect(decide(facts).summary.zh).toBe(
      'worker（pid 4711，mail.service）被 SIGKILL 杀死；信号本身没有记录，因此不知道是谁发送的；procfs 传感器看不到信号由谁发送；' +
        '这段时间前后丢失了本机的 17 个事件，以上可能有遗漏。',
    );
  });

  it('does_not_pretend_to_know_how_much_was_lost', () => {
    const losses = [3, null].map((count) => ({ since: diedAt, until: diedAt, cause: 'rejected', count, cgroup: null }));
    expect(decide(death({ code: 0, losses })).summary.en).toContain('; events of this host were lost around that time');
  });

  it('says_that_procfs_cannot_see_senders', () => {
    const verdict = decide(death({ signal: 9, rung: 'procfs' }));
    expect(verdict.summary.en).toBe(
      'worker (pid 4711) was ended by SIGKILL; the signal itself was not recorded, so who sent it is not known; the procfs ' +
        'sensor cannot see who sends signals.',
    );
    expect(verdict.evidence.at(-1)).toEqual({
      kind: 'sensor',
      at: null,
      text: 'The procfs sensor cannot see signals, nor who sends them.',
    });
  });

  it.each(['procfs', null] as const)('is_less_sure_of_an_exit_when_the_sensor_is_%s', (rung) => {
    expect(decide(death({ code: 0, rung })).confidence).toBe(0.9);
  });

  it('gives_UNKNOWN_rather_than_a_guess', () => {
    expect(decide(death())).toMatchObject({ cause: 'UNKNOWN', actor: { kind: 'UNKNOWN' }, confidence: 0 });
  });
});

/** Below this nobody is woken by a verdict alone. */
const confident = 0.9;

describe('decide, whatever the facts', () => {
  it.each(Object.entries(tellingDeaths))('never_flips_to_another_confident_cause_without_one_field: %s', (_, facts) => {
    const whole = decide(facts);
    for (const { path, lesser } of withoutOneField(facts)) {
      const verdict = decide(lesser);
      const same = verdict.cause === whole.cause || verdict.cause === 'UNKNOWN';
      expect(same || verdict.confidence < confident, `${path} gone: ${verdict.cause} ${verdict.confidence}`).toBe(true);
    }
  });

  it('never_flips_for_mixed_signals_either', () => {
    fc.assert(
      fc.property(plausibleFacts(), (facts) => {
        const whole = decide(facts);
        for (const { path, lesser } of withoutOneField(facts)) {
          const verdict = decide(lesser);
          const same = verdict.cause === whole.cause || verdict.cause === 'UNKNOWN';
          expect(same || verdict.confidence < confident, `${path} gone: ${verdict.cause}`).toBe(true);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it('never_throws_and_answers_alike_for_alike_facts', () => {
    fc.assert(
      fc.property(arbitraryFacts(), (facts) => {
        const verdict = decide(facts);
        expect(decide(structuredClone(facts))).toEqual(verdict);
        expect(verdict.confidence).toBeGreaterThanOrEqual(0);
        expect(verdict.confidence).toBeLessThanOrEqual(0.99);
        for (const text of [verdict.summary.en, verdict.summary.zh, ...verdict.evidence.map((one) => one.text)]) {
          expect(text).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
          expect(text).toMatch(text === verdict.summary.zh ? /。$/ : /\.$/);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('does_not_change_the_facts', () => {
    fc.assert(
      fc.property(arbitraryFacts(), (facts) => {
        const before = structuredClone(facts);
        decide(facts);
        expect(facts).toEqual(before);
      }),
      { numRuns: 200 },
    );
  });
});

function plausibleFacts(): fc.Arbitrary<DeathFacts> {
  const deadly = fc.constantFrom(1, 4, 6, 9, 11, 13, 14, 15, 24, 25, 31, 40);
  const self = { sender: worker, running: null };
  const origin = fc.constantFrom<Partial<SignalFacts>>(
    { code: 0, sender: kill },
    { code: -6, sender: guard, thread: 4711 },
    { code: 0, sender: process({ pid: 4500, comm: 'supervisor', ended: 1n }) },
    { code: 0, sender: process({ pid: 4500, comm: 'supervisor', ancestry: [bash] }) },
    { code: 0, ...self },
    { code: -6, thread: 4711, ...self },
    { code: 0, thread: 4711, ...self },
    { code: 128, sender: null, running: guard },
    { code: 1, sender: null, running: worker, thread: 4711, address: '0x0' },
    { code: -2, sender: null, running: guard },
  );
  const one = fc.record({
    origin,
    deadly: fc.boolean(),
    disposition: fc.constantFrom('default' as const, 'caught' as const, 'ignored' as const),
    result: fc.constantFrom('delivered' as const, 'pending' as const, 'ignored' as const, 'lost_info' as const),
  });
  return fc
    .record({
      signals: fc.array(one, { maxLength: 4 }),
      signal: deadly,
      code: fc.option(fc.nat(255), { nil: null, freq: 1 }),
      oom: fc.boolean(),
    })
    .map(({ signals, signal, code, oom }) =>
      death({
        code,
        signal: code === null ? signal : null,
        oomKillAt: oom ? diedAt : null,
        signals: signals.map((each, index) =>
          sent(each.deadly ? signal : 15, null, {
            disposition: each.disposition,
            result: each.result,
            msBefore: 10 - index,
            ...each.origin,
          }),
        ),
      }),
    );
}

function arbitraryFacts(): fc.Arbitrary<DeathFacts> {
  const orNull = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null });
  const text = fc.string({ unit: 'binary', maxLength: 40 });
  const instant = fc.bigInt({ min: 0n, max: 10n ** 18n });
  const ref = fc.record({ pid: fc.integer({ min: 0, max: 5 }), start: fc.constantFrom('1', '2') });
  const ancestry = fc.array(fc.record({ ref, comm: text, args: fc.array(text, { maxLength: 3 }) }), { maxLength: 3 });
  const login = fc.record({
    uid: fc.nat(),
    name: orNull(text),
    session: orNull(fc.nat()),
    tty: orNull(text),
    source: orNull(text),
  });
  const container = fc.record({ id: text, runtime: text, pod: orNull(text) });
  const someone: fc.Arbitrary<ProcessFacts> = fc.record({
    ref,
    comm: fc.oneof(text, fc.constant('bash')),
    exe: orNull(text),
    args: fc.array(text, { maxLength: 4 }),
    argsCut: fc.boolean(),
    uid: orNull(fc.nat()),
    userName: orNull(text),
    login: orNull(login),
    tty: orNull(text),
    unit: orNull(text),
    container: orNull(container),
    cgroup: orNull(text),
    kernelThread: fc.boolean(),
    ended: fc.oneof(orNull(instant), fc.constant('not yet' as const)),
    ancestry,
  });
  const number = fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom(5, 6, 9, 11, 13, 15, 24, 25) },
    { weight: 1, arbitrary: fc.integer() },
  );
  const limit = fc.record({
    resource: fc.constantFrom('cpu' as const, 'file-size' as const, 'real-time' as const),
    soft: orNull(fc.nat()),
    hard: orNull(fc.nat()),
    cpuTime: orNull(instant),
  });
  const stalled = fc.record({ some: fc.integer({ min: 0, max: 100 }), full: orNull(fc.nat(100)) });
  const memory = fc.record({
    at: instant,
    total: orNull(fc.nat()),
    available: orNull(fc.nat()),
    swapTotal: orNull(fc.nat()),
    swapFree: orNull(fc.nat()),
    stalled: orNull(stalled),
    cgroup: orNull(fc.record({ path: text, usage: fc.nat(), limit: orNull(fc.nat()), stalled: orNull(stalled) })),
  });
  const signal: fc.Arbitrary<SignalFacts> = fc.record({
    at: instant,
    signal: number,
    code: fc.oneof(fc.constantFrom(0, -1, -2, -6, 1, 2, 128), fc.integer()),
    sender: orNull(someone),
    running: orNull(someone),
    thread: fc.oneof(orNull(fc.nat()), fc.constant('group' as const)),
    disposition: fc.constantFrom('default', 'ignored', 'caught'),
    result: fc.constantFrom('delivered', 'ignored', 'pending', 'overflow', 'lost_info'),
    address: orNull(fc.oneof(fc.constant('0x0'), text)),
    count: fc.nat(),
    until: instant,
    passedOn: orNull(instant),
    reachedLimit: orNull(limit),
    memoryState: orNull(memory),
  });
  return fc.record({
    victim: someone,
    at: instant,
    code: fc.option(fc.integer(), { nil: null, freq: 1 }),
    signal: orNull(number),
    coreDumped: fc.boolean(),
    signals: fc.array(signal, { maxLength: 5 }),
    sameShot: orNull(
      fc.record({ others: fc.array(someone, { maxLength: 2 }), total: fc.nat(9), atLeast: fc.boolean() }),
    ),
    oomKillAt: orNull(instant),
    losses: fc.array(
      fc.record({ since: instant, until: instant, cause: text, count: orNull(fc.nat()), cgroup: orNull(text) }),
      {
        maxLength: 3,
      },
    ),
    requests: fc.array(fc.record({ process: someone, at: instant, signal: orNull(number) }), { maxLength: 2 }),
    command: orNull(fc.record({ job: text, requestedBy: text, approvedBy: fc.array(text, { maxLength: 2 }), by: ref })),
    oomReport: fc.constant(null),
    coreDump: fc.constant(null),
    kernelLog: fc.constant([]),
    reconstructed: fc.boolean(),
    rung: orNull(fc.constantFrom('ebpf' as const, 'tracefs' as const, 'procfs' as const)),
  });
}
