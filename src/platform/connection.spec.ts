import { expect, test } from 'vitest';
import { limits } from '../contract/index.js';
import { pageSize, toConnection } from './connection.js';

test('a_page_has_the_size_asked_for_within_the_limits', () => {
  expect([pageSize(null), pageSize(undefined), pageSize(1), pageSize(limits.pageMax)]).toEqual([
    limits.pageDefault,
    limits.pageDefault,
    1,
    limits.pageMax,
  ]);
  for (const first of [0, -1, limits.pageMax + 1, 1.5, Number.NaN])
    expect(() => pageSize(first)).toThrow(
      expect.objectContaining({ code: 'history/bad-page-size', status: 400 }) as Error,
    );
});

test('one_row_too_many_means_that_there_is_more_and_is_not_shown', () => {
  const page = toConnection(['a', 'b', 'c'], 2, (row) => `cursor-${row}`);
  expect(page.nodes).toEqual(['a', 'b']);
  expect(page.edges).toEqual([
    { cursor: 'cursor-a', node: 'a' },
    { cursor: 'cursor-b', node: 'b' },
  ]);
  expect(page.pageInfo).toEqual({ hasNextPage: true, endCursor: 'cursor-b' });
});

test('the_last_page_says_so', () => {
  expect(toConnection(['a', 'b'], 2, String).pageInfo).toEqual({ hasNextPage: false, endCursor: 'b' });
  expect(toConnection([], 2, String).pageInfo).toEqual({ hasNextPage: false, endCursor: null });
});
