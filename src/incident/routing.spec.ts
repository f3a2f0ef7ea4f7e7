import { expect, test } from 'vitest';
import { incident, notice } from './notice-example.js';
import { matches, receiversOf, toldOf, type Matchers } from './routing.js';

const anything: Matchers = { kinds: null, severities: null, causes: null, host: null, unit: null, labels: null };
const wants = (wanted: Partial<Matchers>) => matches(incident(), { ...anything, ...wanted });
const route = (receiverId: string, wanted: Partial<Matchers> = {}, goOn = false) => ({
  ...{ receiverId, matchers: { ...anything, ...wanted }, continue: goOn },
});

test.each<[Partial<Matchers>, boolean]>([
  [{}, true],
  [{ kinds: ['DEATH'], severities: ['CRITICAL', 'ERROR'], causes: ['OOM_CGROUP'] }, true],
  [{ severities: ['INFO'] }, false],
  [{ host: 'web-*' }, true],
  [{ host: '*' }, true],
  [{ host: 'web' }, false],
  [{ host: 'w*b*1' }, true],
  [{ host: 'web-1*web-1' }, false],
  [{ unit: '*.service' }, true],
  [{ labels: [{ key: 'role', value: 'ca*' }] }, true],
  [
    {
      labels: [
        { key: 'role', value: 'cache' },
        { key: 'zone', value: '*' },
      ],
    },
    false,
  ],
])('%j: %s', (wanted, holds) => expect(wants(wanted)).toBe(holds));

test('what_is_of_no_host_matches_no_pattern_of_hosts', () => {
  expect(matches(incident({ host: null }), { ...anything, host: '*' })).toBe(false);
});

test('the_first_route_that_matches_is_the_last_unless_it_says_continue', () => {
  const routes = [route('a', { host: 'db-*' }), route('b', {}, true), route('b', {}, true), route('c'), route('d')];
  expect(receiversOf(incident(), routes)).toEqual(['b', 'c']);
});

test('who_was_told_that_it_began_is_told_that_it_is_over_whatever_routes_say_now', () => {
  const before = new Set(['gone']);
  expect(toldOf(notice('RESOLVED'), [route('a')], before)).toEqual(['gone']);
  expect(toldOf(notice('UPDATED'), [route('a')], before)).toEqual(['gone', 'a']);
  expect(toldOf(notice('ACKNOWLEDGED'), [route('a')], new Set())).toEqual([]);
});
