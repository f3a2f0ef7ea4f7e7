import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Command, limits, serviceManagers } from '../../../src/contract/index.js';
import { commandFor, thisBoot, thisHost } from './command.fixture.js';
import { commandIdOf, parseCommand } from './parse-command.js';

const read = (value: unknown) => {
  const parsed = parseCommand(Buffer.from(JSON.stringify(value) ?? ''));
  return parsed.ok ? parsed.value : undefined;
};
const target = fc.record(
  {
    pid: fc.integer({ min: 0, max: limits.pidMax + 1 }),
    start: fc.oneof(fc.nat().map(String), fc.constantFrom('007', '-1', '1'.repeat(19), '')),
    cgroup: fc.string(),
  },
  { requiredKeys: ['pid', 'start'] },
);
const action = fc.oneof(
  fc.record({
    kind: fc.constant('RESTART_SERVICE'),
    manager: fc.constantFrom(...serviceManagers, 'launchd', 'toString'),
    service: fc.oneof(fc.constantFrom('redis', 'a@b.service', '../x', '-x', 'a\nb', 'a\n', '', 'a/b'), fc.string()),
  }),
  fc.record({ kind: fc.constant('KILL_ZOMBIE_PARENT'), parent: target, zombies: fc.array(target, { maxLength: 3 }) }),
  fc.record({ kind: fc.constant('SIGNAL_PROCESS'), process: target, signal: fc.integer({ min: -1, max: 66 }) }),
  fc.record({ kind: fc.constant('RESUME_PROCESS'), process: target }),
  fc.record({
    kind: fc.constant('SET_OOM_SCORE_ADJ'),
    process: target,
    oomScoreAdj: fc.oneof(fc.integer({ min: -1001, max: 1001 }), fc.double()),
  }),
  fc.record({ kind: fc.constantFrom('REBOOT_HOST', 'RUN_THIS') }),
  fc.jsonValue(),
);
/** Each field right, wrong or missing. */
const nearly = (fields: Record<string, fc.Arbitrary<unknown>>) =>
  fc.record(
    Object.fromEntries(
      Object.entries(fields).map(([name, right]) => [
        name,
        fc.oneof({ weight: 30, arbitrary: right }, fc.jsonValue(), fc.constant(undefined)),
      ]),
    ),
  );
const times = fc.constantFrom('2026-11-21T10:00:00Z', '2026-11-21T10:00:00.123Z', '2026-02-30T10:00:00Z', 'soon', '0');
const command = nearly({
  version: fc.constantFrom(1, 1, 1, 1, 2),
  id: fc.oneof(fc.uuid(), fc.constant(thisBoot)),
  job: fc.uuid(),
  host: fc.constantFrom(thisHost, thisHost, thisHost, thisHost.toUpperCase(), 'x'),
  bootId: fc.uuid(),
  notBefore: times,
  expiresAt: fc.constant('2026-11-21T10:05:00.000Z'),
  requestedBy: fc.string(),
  approvedBy: fc.array(fc.string(), { maxLength: 9 }),
  reason: fc.string({ maxLength: 1_100 }),
  action,
});

it('takes_nothing_that_the_contract_does_not_call_a_command_and_all_that_it_does', () => {
  let taken = 0;
  fc.assert(
    fc.property(command, (value) => {
      const wire = JSON.parse(JSON.stringify(value)) as unknown;
      const expected = Command.safeParse(wire).data;
      expect(read(wire)).toEqual(expected);
      if (expected !== undefined) taken += 1;
    }),
    { numRuns: 5_000 },
  );
  expect(taken).toBeGreaterThan(50);
});

it.each([
  { kind: 'RESTART_SERVICE', manager: 'systemd', service: 'redis-server.service' },
  { kind: 'KILL_ZOMBIE_PARENT', parent: { pid: 2, start: '1' }, zombies: [{ pid: 3, start: '2' }] },
  { kind: 'SIGNAL_PROCESS', process: { pid: 4, start: '0', cgroup: '/a' }, signal: 64 },
  { kind: 'RESUME_PROCESS', process: { pid: 4, start: '0' } },
  { kind: 'SET_OOM_SCORE_ADJ', process: { pid: 4, start: '0' }, oomScoreAdj: -1000 },
  { kind: 'REBOOT_HOST' },
] as const)('takes_$kind', (one) => {
  const given = commandFor(Command.shape.action.parse(one));
  expect(read(given)).toEqual(given);
});

it('is_stricter_than_json_about_bytes', () => {
  expect(parseCommand(Buffer.from([0x7b, 0xff, 0x7d])).ok).toBe(false);
  expect(parseCommand(Buffer.from('\ufeff{}')).ok).toBe(false);
  expect(parseCommand(Buffer.from('')).ok).toBe(false);
});

it('names_the_command_that_it_does_not_understand', () => {
  const payload = Buffer.from(JSON.stringify({ ...commandFor({ kind: 'REBOOT_HOST' }), version: 2, id: thisBoot }));
  expect(parseCommand(payload).ok).toBe(false);
  expect(commandIdOf(payload)).toBe(thisBoot);
  expect(commandIdOf(Buffer.from('[]'))).toBeUndefined();
});
