import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readConfig } from '../config.js';
import { parseConfigFile } from './file.js';
import { settingNames, settings } from './settings.js';
import type { Setting } from './setting.js';
import { usage } from './usage.js';

const config = (args: string[], env = {}) => readConfig([...args, '--no-config'], env);
const sentence = (args: string[], env = {}) => {
  const read = config(args, env);
  return read.ok ? undefined : read.failure.sentence;
};

describe('readConfig', () => {
  it('takes_the_command_line_before_the_environment_before_what_is_customary', () => {
    const env = { WHODUNIT_API_URL: 'https://a', WHODUNIT_AGENT_STATE_DIR: '/env', WHODUNIT_CA_FILE: '' };
    expect(config(['run', '--state-dir', '/cli'], env)).toMatchObject({
      value: { api: new URL('https://a'), stateDir: '/cli', sensor: 'auto', keepSensor: false, caFile: undefined },
    });
    expect(config(['run'], { WHODUNIT_SPOOL_MAX_MIB: '2' })).toMatchObject({ value: { spoolBytesMax: 2 << 20 } });
    expect(config(['run'])).toMatchObject({
      value: { api: new URL('http://127.0.0.1:4000'), stateDir: '/var/lib/whodunit-agent', memoryMaxMib: 300 },
    });
  });

  it('does_not_let_the_credential_travel_in_clear_unless_that_is_wanted', () => {
    expect(sentence(['run', '--api', 'http://example.com'])).toContain('in clear');
    expect(sentence(['run', '--api', 'http://example.com', '--insecure-http'])).toBeUndefined();
    expect(sentence(['run', '--api', 'http://example.com'], { WHODUNIT_INSECURE_HTTP: 'true' })).toBeUndefined();
    for (const api of ['http://localhost:1', 'http://[::1]:1', 'http://127.9.9.9', 'https://example.com']) {
      expect(sentence(['run', '--api', api])).toBeUndefined();
    }
  });

  it.each<[string[], string]>([
    [['walk'], `'walk' is not something to do: run, doctor or remove-sensor`],
    [[], 'Say what to do: run, doctor or remove-sensor'],
    [['run', 'away'], `'away' is not understood`],
    [['run', '--sensor', 'nose'], '--sensor nose: must be one of auto, ebpf'],
    [['run', '--api', 'nowhere'], '--api nowhere: is not a URL'],
    [['run', '--api', 'ftp://x'], 'http:// or https://'],
    [['run', '--api', 'https://u:p@x'], 'password'],
    [['run', '--api', 'https://x/?a=b'], 'query'],
    [['run', '--log-level', 'loud'], 'loud'],
    [['run', '--spool-max-mib', '0'], '--spool-max-mib 0: must be a whole number from 1'],
    [['run', '--spool-max-mib', '1.5'], 'whole number'],
    [['run', '--oom-score-adj=-1001'], '--oom-score-adj -1001: must be'],
    [['run', '--oom-score-adj', '-1'], `use '--oom-score-adj=-XYZ'`],
    [['run', '--redact-names', 'pin,a b'], `'a b' is not a name`],
    [['run', '--labels', 'role=db,=x'], `'=x' is not a label`],
    [['run', '--labels', 'a=1,a=2'], 'names a label twice'],
    [['run', '--nonsense'], `Unknown option '--nonsense'. See --help.`],
    [['run', '--state-dir', '--api'], `'--state-dir' argument is ambiguous.`],
    [['run', '--json'], '--json belongs to doctor'],
    [['remove-sensor', '--check-config'], '--check-config belongs to run'],
    [['run', '--config', '/etc/passwd'], 'contradict'],
  ])('names_what_is_wrong_in_%j', (args, part) => {
    expect(sentence(args)).toContain(part);
  });

  it('names_the_variable_that_is_wrong_and_no_secret', () => {
    expect(sentence(['run'], { WHODUNIT_SENSOR: 'nose' })).toBe(
      'WHODUNIT_SENSOR=nose: must be one of auto, ebpf, tracefs, procfs.',
    );
    expect(sentence(['run'], { https_proxy: 'socks5://bob:hunter2@p' })).toMatch(/^https_proxy=…: must be an http/);
  });

  it('says_each_setting_and_where_it_comes_from', () => {
    const checked = config(['run', '--check-config', '--sensor', 'procfs'], { https_proxy: 'http://bob:hunter2@p:1' });
    expect(JSON.stringify(checked)).not.toContain('hunter2');
    expect(checked).toMatchObject({
      value: {
        made: expect.arrayContaining([
          { name: 'sensor', value: 'procfs', origin: 'command line' },
          { name: 'HTTPS_PROXY', value: '…', origin: 'environment' },
          { name: 'state-dir', value: '/var/lib/whodunit-agent', origin: 'default' },
        ]),
      },
    });
  });
});

describe('usage', () => {
  it('names_every_flag_and_every_variable', () => {
    const text = usage();
    for (const name of settingNames) {
      const { flag, variables }: Setting<unknown> = settings[name];
      for (const word of flag === undefined ? variables : [`--${flag}`, ...variables]) expect(text).toContain(word);
    }
  });

  it('has_no_flag_for_a_secret', () => {
    const secrets = settingNames.map((name): Setting<unknown> => settings[name]).filter(({ secret }) => secret);
    expect(secrets).toHaveLength(3);
    expect(secrets.every(({ flag }) => flag === undefined)).toBe(true);
  });
});

describe('parseConfigFile', () => {
  it('reads_lines_of_key_and_value', () => {
    const text = '# a\n; b\n\n WHODUNIT_SENSOR = procfs \r\nNO_PROXY="a b"\nWHODUNIT_CA_FILE=\'/x=y\'\nHTTPS_PROXY=\n';
    const parsed = parseConfigFile('f', text);
    expect(parsed.ok && [...parsed.value.entries].map(([key, { value, line }]) => [key, value, line])).toEqual([
      ['WHODUNIT_SENSOR', 'procfs', 4],
      ['NO_PROXY', 'a b', 5],
      ['WHODUNIT_CA_FILE', '/x=y', 6],
      ['HTTPS_PROXY', '', 7],
    ]);
  });

  it.each([
    ['WHODUNIT_SENSOR', 'f:1: must be KEY=value.'],
    ['\n=x', 'f:2: must be KEY=value.'],
    ['PATH=/bin', 'f:1: the key PATH is not known.'],
    ['WHODUNIT_STATE_DIR=/x', 'f:1: the key WHODUNIT_STATE_DIR is not known; is WHODUNIT_AGENT_STATE_DIR meant?'],
    ['sensor=ebpf', 'f:1: the key sensor is not known; is WHODUNIT_SENSOR meant?'],
    ['NO_PROXY=a\nNO_PROXY=b', 'f:2: NO_PROXY is set in line 1 already.'],
    ['NO_PROXY="a', 'f:1: the quote after NO_PROXY= is not closed at the end of the line.'],
    ['NO_PROXY="a"b', 'f:1: the quote after NO_PROXY= is not closed at the end of the line.'],
  ])('says_where_%j_is_wrong', (text, expected) => {
    const parsed = parseConfigFile('f', text);
    expect(!parsed.ok && parsed.failure.sentence).toBe(expected);
  });
});

describe('the configuration file', () => {
  let directory: string;
  let path: string;
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'whodunit-config-'));
    path = join(directory, 'agent.conf');
  });
  afterAll(() => rmSync(directory, { recursive: true }));

  const read = (text: string, mode = 0o600, args: string[] = [], env = {}) => {
    writeFileSync(path, text);
    chmodSync(path, mode);
    const found = readConfig(['run', '--config', path, ...args], env);
    return found.ok ? found.value : found.failure.sentence;
  };

  it('comes_after_the_command_line_and_the_environment', () => {
    const text = 'WHODUNIT_SENSOR=procfs\nWHODUNIT_API_URL=https://file\nWHODUNIT_CA_FILE=/file\n';
    const env = { WHODUNIT_API_URL: 'https://env', WHODUNIT_SENSOR: 'auto' };
    expect(read(text, 0o644, ['--sensor', 'ebpf'], env)).toMatchObject({
      sensor: 'ebpf',
      api: new URL('https://env'),
      caFile: '/file',
    });
  });

  it('says_in_which_line_a_value_is_wrong', () => {
    expect(read('\nWHODUNIT_SPOOL_MAX_MIB=much')).toBe(
      `${path}:2: WHODUNIT_SPOOL_MAX_MIB=much: must be a whole number from 1 to 1048576.`,
    );
  });

  it('is_refused_when_others_could_have_written_it', () => {
    expect(read('', 0o666)).toContain(`can be written by others than its owner: chmod go-w ${path}`);
    expect(read('', 0o620)).toContain('can be written by others');
  });

  it('is_refused_when_it_holds_a_secret_that_others_can_read', () => {
    expect(read('WHODUNIT_ENROLL_TOKEN=wd_x', 0o644)).toContain(`holds a secret and others can read it`);
    expect(read('HTTPS_PROXY=http://bob:x@p', 0o640)).toContain(`chmod 600 ${path}`);
    expect(read('WHODUNIT_ENROLL_TOKEN=wd_x', 0o600)).toMatchObject({ enrollToken: 'wd_x' });
    expect(read('HTTPS_PROXY=http://p:1', 0o644)).toMatchObject({ httpsProxy: new URL('http://p:1') });
  });

  it('must_be_there_when_it_is_named_and_be_a_file', () => {
    const complaint = (name: string) => {
      const found = readConfig(['run', '--config', name], {});
      return found.ok ? undefined : found.failure.sentence;
    };
    expect(complaint(join(directory, 'none'))).toContain('there is no such file');
    expect(complaint(directory)).toContain('is not a regular file');
  });
});
