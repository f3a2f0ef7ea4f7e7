import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTools } from './run-tools.js';
import { programs, sockets } from './tools.js';

let directory: string;
beforeAll(() => void (directory = mkdtempSync(join(tmpdir(), 'whodunit-tools-'))));
afterAll(() => rmSync(directory, { recursive: true }));

/** `systemctl` is this script, `docker` this socket. */
function toolsWith(script: string, mode = 0o755) {
  const path = join(directory, `systemctl-${mode.toString(8)}`);
  writeFileSync(path, script);
  chmodSync(path, mode);
  const socket = join(directory, 'socket');
  const where = { programs: { ...programs, systemctl: [path] }, sockets: { ...sockets, docker: [socket] } };
  const starts = () => new Map<number, bigint>();
  return {
    socket,
    tools: createTools({ starts }, where as unknown as { programs: typeof programs; sockets: typeof sockets }),
  };
}

const isRoot = process.getuid?.() === 0;

it.runIf(isRoot)('passes_arguments_as_they_are_and_next_to_no_environment', async () => {
  const { tools } = toolsWith(
    '#!/bin/sh\nprintf "<%s>" "$@"\n/usr/bin/env | /usr/bin/sort | /usr/bin/tr "\\n" " "\necho bad >&2\nexit 3\n',
  );
  const ran = await tools.run('systemctl', ['a b', '$(id)', ';', '--'], 5_000);
  expect(ran).toMatchObject({ ok: true, value: { exitCode: 3 } });
  const output = ran.ok ? ran.value.output : '';
  expect(output).toContain('<a b><$(id)><;><-->');
  expect(output).toContain('bad');
  expect(output).toMatch(/LANG=C LC_ALL=C PATH=\S+ PWD=\/ (SHLVL=0 )?SYSTEMD_PAGER= /);
});

it.runIf(isRoot)('ends_what_takes_too_long_and_does_not_wait_for_what_it_left_behind', async () => {
  const { tools } = toolsWith('#!/bin/sh\nexec /bin/sleep 30\n');
  expect(await tools.run('systemctl', [], 100)).toMatchObject({ value: { exitCode: undefined } });
  const left = toolsWith('#!/bin/sh\n/bin/sleep 5 &\necho done\n').tools;
  const startedAt = performance.now();
  expect(await left.run('systemctl', [], 10_000)).toMatchObject({ value: { exitCode: 0, output: 'done\n' } });
  expect(performance.now() - startedAt).toBeLessThan(4_000);
});

it('starts_nothing_that_others_than_root_could_have_put_there', async () => {
  const { tools } = toolsWith('#!/bin/sh\n', 0o775);
  expect(await tools.run('systemctl', [], 1_000)).toMatchObject({ failure: { code: 'command/not-possible' } });
});

it('asks_over_a_socket_and_says_when_there_is_none', async () => {
  const { tools, socket } = toolsWith('');
  expect(await tools.ask('docker', 'GET', '/x', 1_000)).toMatchObject({ failure: { code: 'command/not-possible' } });
  const server = createServer((request, response) => response.writeHead(200).end(JSON.stringify(request.url)));
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  try {
    expect(await tools.ask('docker', 'GET', '/containers/a/json', 1_000)).toEqual({
      ok: true,
      value: { status: 200, body: '/containers/a/json' },
    });
  } finally {
    server.closeAllConnections();
    server.close();
  }
});
