import { expect, test } from 'vitest';
import { readStartOptions } from './start-options.mjs';

test('has_the_documented_defaults', () => {
  expect(readStartOptions([], {}, '/repo')).toEqual({
    help: false,
    agent: true,
    keepSensor: false,
    port: 4000,
    listen: '127.0.0.1',
    stateDir: '/repo/.whodunit',
    databaseUrl: undefined,
  });
});

test('reads_options_and_environment', () => {
  const env = { PORT: '4001', WHODUNIT_STATE_DIR: '/var/lib/w', DATABASE_URL: 'postgres://x/y' };
  expect(readStartOptions(['--no-agent', '--keep-sensor'], env, '/repo')).toMatchObject({
    agent: false,
    keepSensor: true,
    port: 4001,
    stateDir: '/var/lib/w',
    databaseUrl: 'postgres://x/y',
  });
});

test('an_unknown_option_or_a_bad_port_is_a_sentence', () => {
  expect(readStartOptions(['--nope'], {}, '/')).toEqual({ complaint: expect.stringContaining('--nope') });
  for (const PORT of ['web', '70000', '-1']) {
    expect(readStartOptions([], { PORT }, '/')).toEqual({ complaint: expect.stringContaining(PORT) });
  }
});
