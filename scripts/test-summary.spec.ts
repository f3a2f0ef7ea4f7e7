import { expect, test } from 'vitest';
import { countTests, summaryLine, sumOf } from './test-summary.mjs';

const file = (status: string, ...tests: string[]) => ({
  status,
  assertionResults: tests.map((one) => ({ status: one })),
});

test('counts_tests', () => {
  const report = { testResults: [file('passed', 'passed', 'pending'), file('failed', 'passed', 'failed')] };
  expect(countTests(report, 1)).toEqual({ passed: 2, failed: 1, skipped: 1 });
});

test('a_file_that_does_not_load_is_a_failure', () => {
  expect(countTests({ testResults: [file('failed')] }, 1)).toEqual({ passed: 0, failed: 1, skipped: 0 });
});

test('an_error_outside_every_test_is_a_failure', () => {
  expect(countTests({ testResults: [file('passed', 'passed')] }, 1)).toMatchObject({ failed: 1 });
  expect(countTests(null, 0)).toEqual({ passed: 0, failed: 0, skipped: 0 });
  expect(countTests(null, 1)).toMatchObject({ failed: 1 });
});

test('says_skipped_only_when_some_were', () => {
  expect(summaryLine({ passed: 3, failed: 0, skipped: 0 })).toBe('3 passed, 0 failed');
  expect(summaryLine({ passed: 3, failed: 1, skipped: 2 })).toBe('3 passed, 1 failed, 2 skipped');
});

test('sums_what_ran_side_by_side', () => {
  const counts = [
    { passed: 3, failed: 0, skipped: 2 },
    { passed: 4, failed: 1, skipped: 0 },
  ];
  expect(sumOf(counts)).toEqual({ passed: 7, failed: 1, skipped: 2 });
});
