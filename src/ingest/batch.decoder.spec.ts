import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Batch, eventKinds, limits } from '../contract/index.js';
import { Failure } from '../platform/errors.js';
import { decodeBatch } from './batch.decoder.js';

const envelope = {
  version: 1,
  epoch: '5b0d6a1e-6f6d-4b5e-9c3e-0e8f2b9f4a11',
  sequence: 1,
  bootId: '0f8fad5b-d9cb-469f-a165-70867728950e',
  bootedAt: '2026-11-20T08:00:00.000Z',
};
const exit = { kind: 'exit', at: '5', pid: 7, start: '3', code: 0, coreDumped: false };

/** What the decoder says: a batch, or the failure; anything else that it throws is a bug and passes through. */
function decoded(value: unknown): { batch: Batch } | { failure: Failure } {
  try {
    return { batch: decodeBatch(structuredClone(value)) };
  } catch (error) {
    if (error instanceof Failure) return { failure: error };
    throw error;
  }
}

const failureOf = (value: unknown) => {
  const outcome = decoded(value);
  return 'failure' in outcome ? outcome.failure : null;
};

// Values that are nearly right: those find where two decoders differ.
const mostly = <T, U>(right: fc.Arbitrary<T>, wrong: fc.Arbitrary<U>) =>
  fc.oneof({ weight: 30, arbitrary: right }, { weight: 1, arbitrary: wrong });
const time = mostly(
  fc.bigInt({ min: 0n, max: 10n ** 18n - 1n }).map(String),
  fc.constantFrom('', '-1', '01', '1e3', '9999999999999999999', 7, null),
);
const pid = mostly(
  fc.integer({ min: 0, max: limits.pidMax }),
  fc.constantFrom(-1, limits.pidMax + 1, 1.5, '7', null, true),
);
const text = mostly(fc.string({ unit: 'binary', maxLength: 60 }), fc.constantFrom('x'.repeat(5_000), 7, null));
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined, freq: 3 });
const ref = mostly(fc.record({ pid, start: time }), fc.jsonValue());
const user = fc.record(
  { uid: fc.oneof(pid, fc.constantFrom(2 ** 32 - 1, 2 ** 32)), name: text },
  { requiredKeys: ['uid'] },
);
const fields = fc.record(
  {
    at: time,
    pid,
    start: time,
    parent: ref,
    target: ref,
    sender: ref,
    victim: ref,
    origin: fc.constantFrom('exec', 'fork', 'snapshot', 'nothing'),
    execAt: time,
    comm: text,
    exe: text,
    args: fc.oneof(fc.array(text, { maxLength: 3 }), fc.constantFrom(null, 'a', Array(3_000).fill('a'))),
    user,
    login: fc.record({ user, session: pid }, { requiredKeys: ['user'] }),
    code: fc.integer({ min: -2, max: 300 }),
    signal: fc.integer({ min: -1, max: 66 }),
    coreDumped: fc.oneof(fc.boolean(), fc.constant(0)),
    disposition: fc.constantFrom('default', 'caught', 'DEFAULT'),
    result: fc.constantFrom('delivered', 'lost_info', ''),
    address: fc.constantFrom('0x0', '0xdeadbeef', '0xDEAD', 'dead'),
    cause: fc.constantFrom('ring-overrun', 'buffer-full', 'moths'),
    since: time,
    until: time,
    count: fc.oneof(fc.nat(), fc.constantFrom(-1, 2 ** 53)),
    rung: fc.constantFrom('ebpf', 'procfs', 'EBPF'),
    version: text,
    blindSpots: fc.array(text, { maxLength: 3 }),
    kernel: text,
    arch: text,
    resumed: fc.boolean(),
    processes: fc.nat(),
    unheard: maybe(fc.jsonValue()),
  },
  {
    requiredKeys: [
      'at',
      'pid',
      'start',
      'comm',
      'args',
      'coreDumped',
      'target',
      'signal',
      'code',
      'disposition',
      'result',
      'victim',
      'origin',
    ],
  },
);
const kind = fc.oneof(
  fc.constantFrom(...eventKinds),
  fc.constantFrom('new_kind', 'Exit', '', 'exit2', '__proto__', 'x'.repeat(65)),
);
const event = fc.oneof(
  { weight: 9, arbitrary: fc.tuple(kind, fields).map(([kind, rest]) => ({ ...rest, kind })) },
  { weight: 1, arbitrary: fc.jsonValue() },
);
const bootedAt = fc.oneof(
  { weight: 9, arbitrary: fc.constant(envelope.bootedAt) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '1970-01-01T00:00:00Z',
      '2026-02-30T00:00:00Z',
      '2026-01-01',
      '2026-01-01T00:00:00+01:00',
      '0001-01-01T00:00:00Z',
      '2200-01-01T00:00:00Z',
    ),
  },
);

describe('what it takes', () => {
  test('any_json_is_a_batch_or_a_failure_and_never_another_error', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
        expect(failureOf(value)).toMatchObject({ code: 'ingest/bad-batch', status: 400 });
        decoded({ ...envelope, events: [value] });
        decoded({ ...envelope, events: value });
      }),
    );
  });

  test('the_schema_and_the_fast_decoder_agree', () => {
    let taken = 0;
    fc.assert(
      fc.property(fc.array(event, { maxLength: 3 }), bootedAt, (events, at) => {
        const value = JSON.parse(JSON.stringify({ ...envelope, bootedAt: at, events })) as unknown;
        const parsed = Batch.safeParse(value);
        const outcome = decoded(value);
        expect('batch' in outcome, JSON.stringify(value)).toBe(parsed.success);
        if (!('batch' in outcome) || !parsed.success) return;
        taken++;
        expect(outcome.batch).toEqual(parsed.data);
      }),
      { numRuns: 1_000 },
    );
    expect(taken).toBeGreaterThan(20);
  });

  test('fields_that_it_does_not_know_are_dropped_from_known_kinds_and_kept_in_unknown_ones', () => {
    const batch = decodeBatch({
      ...envelope,
      more: 1,
      events: [
        { ...exit, more: { a: 1 } },
        { kind: 'new_kind', at: '1', more: { a: 1 } },
      ],
    });
    expect(batch).toEqual({ ...envelope, events: [exit, { kind: 'new_kind', at: '1', more: { a: 1 } }] });
  });
});

describe('what it refuses', () => {
  test('the_first_wrong_field_is_named', () => {
    const failure = failureOf({ ...envelope, events: [exit, { ...exit, code: 256 }, { ...exit, pid: -1 }] });
    expect(failure).toMatchObject({
      extra: { field: '/events/1/code' },
      message: expect.stringMatching(/^Nothing was stored: \/events\/1\/code .+\.$/),
    });
    expect(failureOf({ ...envelope, events: [exit, { kind: 'exit' }] })?.extra).toEqual({ field: '/events/1' });
    expect(failureOf(7)?.extra).toEqual({ field: 'the batch' });
  });

  test('a_known_kind_with_wrong_fields_is_not_an_unknown_kind', () => {
    for (const kind of eventKinds.filter((kind) => kind !== 'agent_stop'))
      expect(failureOf({ ...envelope, events: [{ kind, at: '1' }] })?.extra).toEqual({ field: '/events/0' });
  });

  test('an_unknown_event_may_nest_so_deep_and_no_deeper', () => {
    const nested = (levels: number): unknown => (levels === 0 ? 1 : [nested(levels - 1)]);
    const event = (levels: number) => ({
      ...envelope,
      events: [{ kind: 'new_kind', at: '1', nested: nested(levels) }],
    });
    expect(failureOf(event(limits.eventDepthMax - 1))).toBeNull();
    expect(failureOf(event(limits.eventDepthMax))?.message).toContain('levels deep');
  });

  test('no_more_events_than_the_limit_and_not_none', () => {
    expect(failureOf({ ...envelope, events: Array(limits.batchEventsMax).fill(exit) })).toBeNull();
    expect(failureOf({ ...envelope, events: Array(limits.batchEventsMax + 1).fill(exit) })?.extra).toEqual({
      field: '/events',
    });
    expect(failureOf({ ...envelope, events: [] })?.extra).toEqual({ field: '/events' });
  });
});
