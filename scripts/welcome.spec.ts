import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { firstQuery, welcomeText } from './welcome.mjs';

const options = {
  url: 'http://127.0.0.1:4000',
  stateDir: "/home/o'brien/my state",
  host: 'web-1',
  rung: 'ebpf',
  sudo: false,
};

test('the_first_query_survives_the_shell', () => {
  const curl = firstQuery(options).at(-1) ?? '';
  // The shell shows what it would have handed to curl.
  const script = `PID=4711; cat() { printf 'secret-of:%s' "$1"; }; curl() { printf '%s\\n' "$@"; }; ${curl}`;
  const given = execFileSync('/bin/sh', ['-c', script], { encoding: 'utf8' }).trimEnd().split('\n');
  expect(given).toContain(`authorization: Bearer secret-of:${options.stateDir}/admin-token`);
  const body = JSON.parse(given.at(-1) ?? '');
  expect(body.variables).toEqual({ host: 'web-1', pid: 4711 });
  expect(body.query).toContain('whoKilled');
});

test('says_where_things_are_and_no_query_without_an_agent', () => {
  const text = welcomeText({ ...options, rung: null, embedded: true });
  expect(text).toContain('http://127.0.0.1:4000/graphql');
  expect(text).toContain('psql');
  expect(text).not.toContain('curl');
});
