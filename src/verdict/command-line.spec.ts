import { expect, it } from 'vitest';
import { escapeArguments } from './command-line.js';

it('keeps_arguments_apart', () => {
  expect(escapeArguments(['kill', '1 2'], false, true)).toBe(`"kill '1 2'"`);
  expect(escapeArguments(['kill', '1', '2', ''], false, true)).toBe(`"kill 1 2 ''"`);
  expect(escapeArguments(["it's"], false, true)).toBe(`"'it'\\\\''s'"`);
});

it('marks_a_command_line_that_the_sensor_cut', () => {
  expect(escapeArguments(['java', '-cp'], true, true)).toBe('"java -cp…"');
});

it('shortens_only_when_the_whole_is_not_asked_for', () => {
  const args = ['x'.repeat(4000)];
  expect(escapeArguments(args, false, false)).toBe(`"${'x'.repeat(160)}…"`);
  expect(escapeArguments(args, false, true)).toHaveLength(4002);
});

it('is_null_where_the_command_line_is_not_known', () => {
  expect(escapeArguments([], false, true)).toBeNull();
});
