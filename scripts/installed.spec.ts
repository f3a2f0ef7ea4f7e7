import { expect, test } from 'vitest';
import { isSatisfied } from './installed.mjs';

const wanted = {
  '': { version: '0.1.0' },
  'node_modules/a': { version: '1.0.0', integrity: 'sha512-a' },
  'node_modules/b-darwin': { version: '2.0.0', integrity: 'sha512-b', optional: true },
};

test('is_satisfied_without_optional_packages_of_other_machines', () => {
  expect(isSatisfied(wanted, { 'node_modules/a': { version: '1.0.0', integrity: 'sha512-a' } })).toBe(true);
});

test('is_not_satisfied_by_another_version_or_content', () => {
  expect(isSatisfied(wanted, { 'node_modules/a': { version: '1.0.1', integrity: 'sha512-a' } })).toBe(false);
  expect(isSatisfied(wanted, { 'node_modules/a': { version: '1.0.0', integrity: 'sha512-x' } })).toBe(false);
});

test('is_not_satisfied_when_a_package_is_missing', () => {
  expect(isSatisfied(wanted, {})).toBe(false);
});
