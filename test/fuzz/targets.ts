/** Every parser of what the kernel writes: what it is fed from, and what has to hold whatever comes. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseCmdline } from '../../agent/src/kernel/args.js';
import { parseUptime } from '../../agent/src/kernel/boot-clock.js';
import { parseCgroupMounts } from '../../agent/src/kernel/cgroup-mounts.js';
import { parseCgroupPath } from '../../agent/src/kernel/cgroup-path.js';
import { parseFaultLine } from '../../agent/src/kernel/log/fault-line.js';
import { parseKmsgRecord } from '../../agent/src/kernel/log/kmsg-record.js';
import { parsePastedLine } from '../../agent/src/kernel/log/pasted-line.js';
import { readKernelLog } from '../../agent/src/kernel/log/read-kernel-log.js';
import { parseOomKills } from '../../agent/src/kernel/oom-kills.js';
import { parsePasswd } from '../../agent/src/kernel/passwd.js';
import { parseProcCgroup } from '../../agent/src/kernel/proc-cgroup.js';
import { parseProcStat } from '../../agent/src/kernel/proc-stat.js';
import { parseProcStatus } from '../../agent/src/kernel/proc-status.js';
import { capturedRecords } from '../../agent/src/kernel/record.fixture.js';
import { decodeRecord, decodeTasks } from '../../agent/src/kernel/record.js';
import { fuzzTrace } from '../../agent/src/kernel/trace/trace.fuzz.js';
import { OomReportEvent } from '../../src/contract/kernel-log.js';
import { limits } from '../../src/contract/limits.js';
import { mutateBytes, mutateText, type Random } from './mutate.js';

export interface Target {
  readonly name: string;
  /** Makes an input, gives it to the parser. @throws when the parser does, or says what it must not */
  readonly run: (random: Random) => void;
}

export function fuzzTargets(root: string): readonly Target[] {
  const fixtures = join(root, 'test/fixtures/oom');
  const logs = readdirSync(fixtures)
    .filter((name) => name !== 'README.md')
    .map((name) => readFileSync(join(fixtures, name), 'utf8'));
  const lines = logs.flatMap((text) => text.split('\n'));
  const proc = procSeeds();
  const records = capturedRecords.map(({ hex }) => new Uint8Array(Buffer.from(hex, 'hex')));
  return [
    { name: 'kmsg', run: (random) => checkKmsg(mutateText(kmsgSeeds(lines), random)) },
    { name: 'OOM report', run: (random) => checkReports(mutateText(logs, random)) },
    { name: 'ring records', run: (random) => checkRecord(mutateBytes(records, random)) },
    { name: '/proc files', run: (random) => checkProc(mutateText(proc, random)) },
    { name: 'cgroup paths', run: (random) => checkCgroupPath(mutateText(cgroupPaths, random)) },
    { name: 'trace pages', run: (random) => fuzzTrace(() => random(2 ** 32) / 2 ** 32) },
  ];
}

let kmsgLines: readonly string[] | undefined;

function kmsgSeeds(lines: readonly string[]): readonly string[] {
  kmsgLines ??= [
    ...lines.map((line, index) => (/^\d+,/.test(line) ? line : `6,${index},${index * 977},-;${line}`)),
    '6,339,5140900,c,caller=T12;NET: Registered \\xe6\\x9c\\x88\n SUBSYSTEM=acpi\n DEVICE=+acpi:PNP0A03:00\n',
    '6,1,2,-;traps: Web Content[9] trap int3 ip:1 sp:2 error:0 in libxul.so[7f00+1000]',
    '6,1,2,-;a[77]: unhandled level 2 translation fault (11) at 0x00000000, esr 0x92000046',
    '3,1,2,-;INFO: task jbd2/sda1-8:312 blocked for more than 120 seconds.',
  ];
  return kmsgLines;
}

function checkKmsg(text: string): void {
  const record = parseKmsgRecord(text);
  const line = parsePastedLine(text);
  for (const one of [record?.text, line.text]) {
    const fault = one === undefined ? undefined : parseFaultLine(one);
    if (fault)
      hold(fault.comm.length <= limits.commCharactersMax && fault.pid <= limits.pidMax, 'a fault out of bounds');
  }
  if (record)
    hold(record.text.length <= text.length && record.dictionary.size <= text.length, 'a record out of bounds');
}

function checkReports(text: string): void {
  for (const finding of readKernelLog(text)) {
    if (finding.kind !== 'oom') continue;
    const event = { kind: 'oom_report', at: '0', ...finding.report.fields };
    const parsed = OomReportEvent.safeParse(event);
    hold(parsed.success, parsed.error?.message ?? '');
  }
}

function checkRecord(bytes: Uint8Array): void {
  const record = decodeRecord(bytes);
  hold(decodeTasks(bytes).length * 100 <= bytes.length, 'more tasks than bytes');
  if (record?.kind === 'exec') hold(record.args.length <= limits.argsCountMax, 'too many arguments');
}

function checkProc(text: string): void {
  parseProcStat(text);
  parseProcStatus(text);
  parseProcCgroup(text);
  parsePasswd(text);
  parseUptime(text);
  parseOomKills(text);
  parseCgroupMounts(text, text);
  hold(parseCmdline(text, false).args.length <= limits.argsCountMax, 'too many arguments');
}

function checkCgroupPath(path: string): void {
  const { unit, container } = parseCgroupPath(path);
  hold((unit?.length ?? 0) <= limits.nameCharactersMax, 'a unit too long');
  hold((container?.id.length ?? 0) <= limits.containerIdCharactersMax, 'a container id too long');
}

function hold(condition: boolean, otherwise: string): void {
  if (!condition) throw new Error(otherwise);
}

const id = 'ec9ee26695deb4cc72bc665efff1cf3a03fdfb12f1303e02fe9252985e084a95';
const cgroupPaths = [
  '/system.slice/redis.service',
  '/user.slice/user-1000.slice/user@1000.service/app.slice/run-u820.service',
  `/system.slice/docker-${id}.scope`,
  `/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-poddededc65_6e8e_4c6e_a889_3e427565c740.slice/cri-containerd-${id}.scope`,
  `/kubepods/besteffort/pod1fd97494-a000-4527-8d9e-08d03b1994e9/${id}`,
  `/machine.slice/libpod-${id}.scope/container`,
  `/system.slice/system-serial\\x2dgetty.slice/serial-getty@ttyS0.service`,
  '/machine.slice/systemd-nspawn@m1.service/payload/system.slice/cron.service (deleted)',
];

function procSeeds(): readonly string[] {
  const files = ['stat', 'status', 'cgroup', 'mountinfo', 'cmdline'].map((name) => `/proc/self/${name}`);
  return [
    ...[...files, '/etc/passwd', '/proc/uptime', '/proc/vmstat'].map((file) =>
      readFileSync(file, 'utf8').slice(0, 4_096),
    ),
    '4312 (a) b (c)) S 4300 4312 4300 34816 4312 4194304 120 0 0 0 1 2 0 0 20 0 1 0 318275 5677056 300 18446744073709551615',
    '12:pids:/x\n4:memory:/docker/abc\n1:name=systemd:/user.slice\n0::/a:b/c\n',
    '36 35 98:0 /mnt1 /mnt\\0402 rw,noatime master:1 - cgroup cgroup rw,memory\n25 1 0:22 / /sys/fs/cgroup rw - cgroup2 x rw\n',
    'low 0\nhigh 152\nmax 8\noom 3\noom_kill 3\noom_group_kill 0\n',
  ];
}
