import { describe, expect, test } from 'vitest';
import { eventKinds, KnownEvent, ProcessEvent, UnknownEvent } from './event.js';
import { BootNanoseconds } from './fields.js';
import { limits } from './limits.js';

const process = {
  kind: 'process',
  at: '5',
  pid: 7,
  start: '3',
  origin: 'exec',
  comm: 'sh',
  args: ['sh', '-c', 'true'],
};

test('every_kind_is_listed_once', () => {
  expect(eventKinds).toEqual([
    'process',
    'exit',
    'signal',
    'oom_kill',
    'oom_report',
    'kernel_log',
    'core_dump',
    'episode',
    'throttle',
    'loss',
    'agent_start',
    'snapshot',
    'agent_stop',
    'ledger',
  ]);
});

test('boot_clock_times_are_decimal_strings_that_fit_64_bits', () => {
  for (const text of ['0', '1', '999999999999999999']) expect(BootNanoseconds.safeParse(text).success).toBe(true);
  for (const text of ['', '-1', '01', '1.0', '1e3', ' 1', '1\n', '9999999999999999999', 5])
    expect(BootNanoseconds.safeParse(text).success).toBe(false);
});

describe('an unknown kind', () => {
  test('keeps_whatever_it_says', () => {
    const event = { kind: 'coffee_spilled', at: '1', cups: [1, { a: null }] };
    expect(UnknownEvent.parse(event)).toEqual(event);
  });

  test('is_never_a_known_kind_with_wrong_fields', () => {
    for (const kind of eventKinds) expect(UnknownEvent.safeParse({ kind, at: '1' }).success).toBe(false);
    for (const kind of ['exits', 'pre_exit', 'process2'])
      expect(UnknownEvent.safeParse({ kind, at: '1' }).success).toBe(true);
    for (const kind of ['Exit', '', '1x', 'a-b', 'x'.repeat(65)])
      expect(UnknownEvent.safeParse({ kind, at: '1' }).success).toBe(false);
  });
});

describe('limits', () => {
  test.each([
    ['pid', limits.pidMax, limits.pidMax + 1],
    ['comm', 'x'.repeat(limits.commCharactersMax), 'x'.repeat(limits.commCharactersMax + 1)],
    ['exe', 'x'.repeat(limits.pathCharactersMax), 'x'.repeat(limits.pathCharactersMax + 1)],
    ['args', Array(limits.argsCountMax).fill(''), Array(limits.argsCountMax + 1).fill('')],
    ['args', ['x'.repeat(limits.argsBytesMax)], ['x'.repeat(limits.argsBytesMax + 1)]],
    ['user', { uid: 0xffff_ffff }, { uid: 0x1_0000_0000 }],
    ['unit', 'x'.repeat(limits.nameCharactersMax), 'x'.repeat(limits.nameCharactersMax + 1)],
    ['unit', 'x', ''],
    ['container', { id: 'x'.repeat(limits.containerIdCharactersMax), runtime: 'x'.repeat(32) }, { id: 'x' }],
    ['container', { id: 'x', runtime: 'y', pod: 'z' }, { id: 'x'.repeat(129), runtime: 'y' }],
    ['login', { user: { uid: 1 }, sourceAddress: 'f'.repeat(64) }, { user: { uid: 1 }, sourceAddress: 'f'.repeat(65) }],
  ])('%s', (field, largest, beyond) => {
    expect(ProcessEvent.safeParse({ ...process, [field]: largest }).success).toBe(true);
    expect(ProcessEvent.safeParse({ ...process, [field]: beyond }).success).toBe(false);
  });

  test('exit_status_and_signal_numbers', () => {
    const exit = { kind: 'exit', at: '5', pid: 7, start: '3', coreDumped: false };
    for (const end of [{}, { code: 0 }, { code: 255 }, { signal: 1 }, { signal: 64 }])
      expect(KnownEvent.safeParse({ ...exit, ...end }).success).toBe(true);
    for (const end of [{ code: -1 }, { code: 256 }, { signal: 0 }, { signal: 65 }])
      expect(KnownEvent.safeParse({ ...exit, ...end }).success).toBe(false);
  });
});
