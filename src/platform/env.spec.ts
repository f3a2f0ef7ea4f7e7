import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { readEnv } from './env.js';

const DATABASE_URL = 'postgres://u:p@localhost:5432/w';

test('what_is_not_given_has_its_default', () => {
  expect(readEnv({ DATABASE_URL })).toEqual({
    port: 4000,
    listen: '127.0.0.1',
    databaseUrl: DATABASE_URL,
    queueUrl: null,
    publicUrl: null,
    deliveryAllow: [],
    deliveryCaFile: null,
    retention: { incidentsMs: 365 * 86_400_000, deliveriesMs: 90 * 86_400_000, auditsMs: 90 * 86_400_000 },
    retentionDays: 30,
    stateDir: path.resolve('.whodunit'),
    incidents: {
      silentMs: 180_000,
      episodeMs: 300_000,
      healthyMs: 300_000,
      settleMs: 3_000,
      updateMs: 300_000,
      fleetHosts: 5,
      fleetMs: 600_000,
    },
    logLevel: 'info',
  });
});

test('an_empty_variable_is_one_that_is_not_given', () => {
  expect(readEnv({ DATABASE_URL, PORT: '', QUEUE_URL: '' })).toMatchObject({ port: 4000, queueUrl: null });
});

test('what_is_given_is_taken', () => {
  const given = {
    DATABASE_URL,
    PORT: '0',
    QUEUE_URL: 'rediss://h:1',
    WHODUNIT_STATE_DIR: '/s',
    WHODUNIT_LOG_LEVEL: 'debug',
    WHODUNIT_LISTEN: '::',
    WHODUNIT_RETENTION_DAYS: '7',
  };
  expect(readEnv(given)).toMatchObject({
    port: 0,
    retentionDays: 7,
    queueUrl: 'rediss://h:1',
    stateDir: '/s',
    logLevel: 'debug',
    listen: '::',
  });
});

test.each([
  ['https://h', 'https://h'],
  ['http://h:4000/', 'http://h:4000'],
  ['https://H/whodunit/', 'https://h/whodunit'],
  ['http://[::1]:4000', 'http://[::1]:4000'],
])('%s_is_reached_below_%s', (given, publicUrl) => {
  expect(readEnv({ DATABASE_URL, WHODUNIT_PUBLIC_URL: given })).toMatchObject({ publicUrl });
});

describe('a bad variable names itself', () => {
  test.each([
    ['PORT', 'http'],
    ['PORT', '65536'],
    ['PORT', '-1'],
    ['PORT', '80.5'],
    ['PORT', ' '],
    ['PORT', '0x50'],
    ['DATABASE_URL', 'mysql://u@h/d'],
    ['DATABASE_URL', 'localhost'],
    ['QUEUE_URL', 'http://h'],
    ['WHODUNIT_PUBLIC_URL', 'whodunit.example'],
    ['WHODUNIT_PUBLIC_URL', 'ftp://h'],
    ['WHODUNIT_PUBLIC_URL', 'https://u:p@h'],
    ['WHODUNIT_PUBLIC_URL', 'https://h/?a=b'],
    ['WHODUNIT_PUBLIC_URL', 'https://h/#x'],
    ['WHODUNIT_PUBLIC_URL', 'https://h/a|b)'],
    ['WHODUNIT_LOG_LEVEL', 'loud'],
  ])('%s=%s', (name, value) => {
    expect(() => readEnv({ DATABASE_URL, [name]: value })).toThrow(new RegExp(`not usable:\n  ${name}: \\S`));
  });

  test('all_of_them_at_once', () => {
    expect(() => readEnv({ PORT: 'x', QUEUE_URL: 'y' })).toThrow(/PORT: .*\n {2}DATABASE_URL: .*\n {2}QUEUE_URL: /);
  });
});
