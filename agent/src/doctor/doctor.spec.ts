import { describe, expect, it } from 'vitest';
import { findLockHolder } from '../kernel/proc-locks.js';
import { parseHidepid } from '../kernel/hidepid.js';
import { failure } from '../result.js';
import type { Check } from './check.js';
import type { ApiFacts, Facts, HostFacts, KernelFacts, SensorFacts, StateDirFacts } from './facts.js';
import { goodFacts } from './facts.fixture.js';
import { judge } from './judge.js';
import { render } from './render.js';

const kernel = (wrong: Partial<KernelFacts>): Facts => ({ ...goodFacts, kernel: { ...goodFacts.kernel, ...wrong } });
const host = (wrong: Partial<HostFacts>): Facts => ({ ...goodFacts, host: { ...goodFacts.host, ...wrong } });
const stateDir = (wrong: Partial<StateDirFacts>): Facts => ({
  ...goodFacts,
  stateDir: { ...goodFacts.stateDir, ...wrong },
});
const api = (wrong: Partial<ApiFacts>): Facts => ({ ...goodFacts, api: { ...goodFacts.api, ...wrong } });
const sensor = (wrong: Partial<SensorFacts>): Facts => ({ ...goodFacts, sensor: { ...goodFacts.sensor, ...wrong } });
const without = (bit: bigint) => goodFacts.kernel.capabilities & ~(1n << bit);
const reasons = ['libbpf.so.1 is missing.'];

/** Facts with one thing wrong, and the only check that says so. */
const wrongs: readonly (readonly [string, Facts, Check['state'], RegExp])[] = [
  ['capabilities', kernel({ capabilities: without(39n) }), 'missing', /Root without CAP_BPF: .*ebpf/],
  ['capabilities', kernel({ capabilities: without(24n) }), 'degraded', /without CAP_SYS_RESOURCE/],
  ['capabilities', kernel({ euid: 1000, capabilities: 0n }), 'missing', /User 1000 without CAP_BPF, CAP_PERFMON/],
  ['kernel', kernel({ release: '5.4.0-150-generic' }), 'degraded', /5\.4\.0.* needs 5\.8/],
  ['btf', kernel({ hasBtf: false }), 'missing', /vmlinux/],
  ['koffi', kernel({ libc: failure('sensor/no-koffi', 'No koffi.') }), 'missing', /No koffi/],
  ['libbpf', kernel({ libbpf: failure('sensor/no-libbpf', 'No libbpf.') }), 'missing', /libbpf\.so\.1/],
  ['bpffs', kernel({ bpffs: 'unknown' }), 'missing', /no BPF file system/],
  ['tracefs', kernel({ tracefs: 'unknown' }), 'degraded', /no tracing file system/],
  ['lockdown', kernel({ lockdown: 'none integrity [confidentiality]\n' }), 'degraded', /may not read the kernel/],
  ['pid-namespace', kernel({ inInitialPidNamespace: false }), 'degraded', /pid namespace of its own/],
  ['sensor', sensor({ rung: 'tracefs', reasons }), 'degraded', /tracefs sensor is the best.*libbpf/],
  ['sensor', sensor({ rung: 'procfs', reasons }), 'missing', /Nobody can say who killed/],
  ['sensor', sensor({ rung: undefined, asked: 'ebpf', reasons }), 'missing', /ebpf sensor cannot be opened.*libbpf/],
  ['sensor-removal', sensor({ leftBehind: 'It stays.' }), 'degraded', /It stays/],
  ['kernel-log', host({ kernelLog: failure('kernel-log/unreadable', 'Not read.') }), 'degraded', /Not read/],
  ['loginuid', host({ loginUid: undefined }), 'degraded', /loginuid/],
  ['cgroups', host({ cgroups: { versions: [], memory: undefined } }), 'degraded', /No cgroup hierarchy/],
  ['cgroups', host({ cgroups: { versions: [1, 2], memory: undefined } }), 'degraded', /v1 and v2 without the memory/],
  ['systemd', host({ hasSystemd: false }), 'degraded', /no unit/],
  ['core-dumps', host({ corePattern: '' }), 'degraded', /No core dumps/],
  ['core-dumps', host({ corePattern: '|/usr/share/apport/apport %p' }), 'degraded', /apport takes core dumps/],
  ['core-dumps', host({ corePattern: undefined }), 'degraded', /cannot be read/],
  ['state-dir', stateDir({ obstacle: 'EROFS' }), 'missing', /cannot be written \(EROFS\)/],
  ['state-dir', stateDir({ exists: false, obstacle: 'EACCES' }), 'missing', /cannot be made \(EACCES\)/],
  ['disk-space', stateDir({ freeBytes: 2 ** 20 }), 'degraded', /^1 MiB are free, and the spool may take 256 MiB/],
  ['disk-space', stateDir({ freeBytes: undefined }), 'degraded', /cannot be told/],
  ['lock', stateDir({ lock: { state: 'unreadable' } }), 'degraded', /cannot be told/],
  ['api', api({ health: { status: 404, skewMs: 0 } }), 'missing', /with 404/],
  ['credential', api({ credential: 'refused' }), 'missing', /refuses/],
  ['credential', api({ credential: 'none' }), 'degraded', /not enrolled/],
  ['credential', api({ credential: 'unreadable' }), 'degraded', /cannot be told/],
  ['clock', api({ health: { status: 200, skewMs: -61_000 } }), 'degraded', /61 s ahead of/],
  ['clock', api({ health: { status: 200, skewMs: 61_000 } }), 'degraded', /61 s behind/],
];

describe('judge', () => {
  it('finds_nothing_wrong_with_a_good_host', () => {
    const checks = judge(goodFacts);
    expect(checks.filter(({ state }) => state !== 'ok')).toEqual([]);
    expect(new Set(checks.map(({ name }) => name)).size).toBe(checks.length);
    expect(checks.every(({ finding }) => finding.endsWith('.'))).toBe(true);
  });

  it.each(wrongs)('says_what_is_wrong_with_%s_and_with_nothing_else', (name, facts, state, finding) => {
    const wrong = judge(facts).filter((check) => check.state !== 'ok');
    expect(wrong).toMatchObject([{ name, state }]);
    expect(wrong[0]?.finding).toMatch(finding);
  });

  it.each([
    ['a sensor that was asked for', sensor({ rung: 'tracefs', asked: 'tracefs' })],
    ['hidepid where CAP_SYS_PTRACE is held', host({ hidepid: '2' })],
    ['lockdown for integrity', kernel({ lockdown: 'none [integrity] confidentiality' })],
    ['a file system that is not mounted yet', kernel({ bpffs: 'known' })],
    ['an agent that runs', stateDir({ lock: { state: 'held', pid: 7 } })],
    ['a core file', host({ corePattern: 'core', coreUsesPid: true })],
    ['a credential that was not asked for', api({ credential: 'unchecked' })],
  ])('is_content_with_%s', (_, facts) => {
    expect(judge(facts).filter(({ state }) => state !== 'ok')).toEqual([]);
  });

  it('says_that_processes_are_hidden', () => {
    const hidden: Facts = { ...kernel({ capabilities: without(19n) }), host: host({ hidepid: 'invisible' }).host };
    expect(judge(hidden).find(({ name }) => name === 'hidepid')).toMatchObject({ state: 'degraded' });
  });

  it('knows_no_clock_where_the_API_is_away', () => {
    const away = judge(api({ health: { status: 'lost', reason: 'ECONNREFUSED' }, credential: 'unchecked' }));
    expect(away.filter(({ state }) => state !== 'ok').map(({ name }) => name)).toEqual(['api', 'clock']);
  });
});

describe('render', () => {
  it('aligns_and_says_what_to_do_below', () => {
    const checks: Check[] = [
      { name: 'btf', state: 'ok', finding: 'Fine.' },
      { name: 'state-dir', state: 'missing', finding: '/x\n\u001b[2J cannot be made.', mending: 'Make\u202e it.' },
    ];
    expect(render(checks)).toBe(
      'ok       btf        Fine.\n' +
        'missing  state-dir  /x\\u000a\\u001b[2J cannot be made.\n' +
        '                    → Make\\u202e it.\n',
    );
  });
});

describe('parseHidepid', () => {
  const line = (options: string) => `22 1 0:20 / /proc rw,relatime shared:5 - proc proc ${options}`;

  it('takes_the_mount_that_covers_the_others', () => {
    expect(parseHidepid(`${line('rw,hidepid=invisible')}\n`)).toBe('invisible');
    expect(parseHidepid(`${line('rw,hidepid=2')}\n${line('rw')}\n`)).toBeUndefined();
    expect(parseHidepid('')).toBeUndefined();
  });
});

describe('findLockHolder', () => {
  const locks = '1: FLOCK  ADVISORY  WRITE 24560 fe:00:2146466 0 EOF\n1: -> FLOCK  ADVISORY  WRITE 9 00:1c:77 0 EOF\n';

  it('finds_the_one_who_has_it_and_not_who_waits', () => {
    expect(findLockHolder(locks, { inode: 2146466, device: 'fe:00', pid: 1 })).toBe(24560);
    expect(findLockHolder(locks, { inode: 77, device: '00:1c', pid: 9 })).toBeUndefined();
  });

  it('takes_the_word_of_the_file_where_devices_differ_and_nobody_elses', () => {
    expect(findLockHolder(locks, { inode: 2146466, device: '00:30', pid: 24560 })).toBe(24560);
    expect(findLockHolder(locks, { inode: 2146466, device: '00:30', pid: 1 })).toBeUndefined();
  });
});
