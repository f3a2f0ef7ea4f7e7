import { expect, test } from 'vitest';
import { importantPart } from './child-log.mjs';

test('shows_warnings_and_errors_of_every_kind_of_child', () => {
  expect(importantPart('{"level":40,"msg":"slow"}')).toBe('slow');
  expect(importantPart('{"level":50,"msg":"failed","err":{"message":"no route"}}')).toBe('failed (no route)');
  expect(importantPart('2026-01-01T00:00:00.000Z warn Only /proc is watched.')).toBe('Only /proc is watched.');
  expect(importantPart('2026-01-01 00:00:00.000 UTC [7] FATAL:  out of disk')).toBe('out of disk');
  expect(importantPart('whodunit-agent: This host is not enrolled.')).toBe(
    'whodunit-agent: This host is not enrolled.',
  );
});

test('keeps_the_rest_for_the_file', () => {
  for (const line of [
    '{"level":30,"msg":"started"}',
    '2026-01-01T00:00:00.000Z info recording rung=ebpf',
    '2026-01-01 00:00:00.000 UTC [7] ERROR:  duplicate key',
    '2026-01-01 00:00:00.000 UTC [7] FATAL:  the database system is starting up',
    '(node:12) ExperimentalWarning: something',
    '',
  ]) {
    expect(importantPart(line)).toBeNull();
  }
});
