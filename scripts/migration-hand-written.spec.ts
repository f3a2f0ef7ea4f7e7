import { expect, test } from 'vitest';
import { withoutHandWritten } from './migration-hand-written.mjs';

const difference = `-- DropIndex
DROP INDEX "covering";

-- AlterTable
ALTER TABLE "hosts" DROP COLUMN "lowered",
DROP COLUMN "folded";
`;

test('leaves_out_what_a_migration_declares', () => {
  const migrations = '-- not-in-schema: covering, lowered\nCREATE …\n-- not-in-schema: folded\n';
  expect(withoutHandWritten(difference, migrations)).toBe('');
});

test('keeps_a_statement_that_also_does_something_else', () => {
  const migrations = '-- not-in-schema: covering, lowered';
  expect(withoutHandWritten(difference, migrations)).toBe(
    '-- AlterTable\nALTER TABLE "hosts" DROP COLUMN "lowered",\nDROP COLUMN "folded";',
  );
});

test('keeps_everything_when_nothing_is_declared', () => {
  expect(withoutHandWritten(difference, '')).toBe(difference.trim());
});

test('sees_no_difference_in_an_empty_script', () => {
  expect(withoutHandWritten('-- This is an empty migration.', '')).toBe('');
});
