import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { OomReportEvent } from '../../../../src/contract/kernel-log.js';
import { limits } from '../../contract.js';
import { OomAssembler, type OomReport } from './oom-report.js';
import { readKernelLog } from './read-kernel-log.js';

const directory = new URL('../../../../test/fixtures/oom/', import.meta.url);
const read = (name: string) => readFileSync(new URL(name, directory), 'utf8');

const reportsOf = (text: string) =>
  readKernelLog(text).flatMap((finding) => (finding.kind === 'oom' ? [finding.report] : []));

function reportOf(text: string): OomReport {
  const [report, ...others] = reportsOf(text);
  expect(others).toEqual([]);
  if (report === undefined) throw new Error('no report');
  return report;
}

const kB = 1024;
const page = 4096;
const noLimit = Number.MAX_SAFE_INTEGER;
const limit = (name: string, usage: number, most: number, failures: number) => ({
  name,
  usage: usage * kB,
  limit: Math.min(most * kB, noLimit),
  failures,
});
const pod = '/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-poddededc65_6e8e_4c6e_a889_3e427565c740.slice';
const container = (id: string) => `/docker/${id}`;

/** What each file says; `task` is one row of its table. */
const expected: Readonly<Record<string, { report: Partial<OomReport['fields']>; rows: number; task: object }>> = {
  '2.6.32-global.dmesg': {
    report: {
      constraint: 'none',
      trigger: { comm: 'httpd', pid: 2117, gfpMask: '0x201da', order: 0, oomScoreAdj: 0 },
      victims: [{ pid: 2120, comm: 'mysqld', score: 155135 }],
    },
    rows: 5,
    task: {
      pid: 1822,
      threadGroup: 1822,
      uid: 0,
      comm: 'sshd',
      totalVm: 12503 * page,
      rss: 80 * page,
      oomScoreAdj: -1000,
    },
  },
  '2.6.32-el6-memcg.syslog': {
    report: {
      constraint: 'memcg',
      trigger: { comm: 'java', pid: 18113, gfpMask: '0xd0', order: 0, oomScoreAdj: 0 },
      cgroup: '/lxc',
      victimCgroup: '/lxc/web',
      memory: [limit('memory', 10485760, 10485760, 81204), limit('memory+swap', 10485760, Infinity, 0)],
      victims: [
        {
          pid: 18113,
          comm: 'java',
          uid: 679,
          score: 683,
          totalVm: 11017300 * kB,
          anonRss: 7153452 * kB,
          fileRss: 1232 * kB,
        },
      ],
    },
    rows: 2,
    task: { pid: 18090, comm: 'run.sh', uid: 679, rss: 77 * page, oomScoreAdj: 0 },
  },
  '3.2-memcg.syslog': {
    report: {
      constraint: 'memcg',
      cgroup: '/1037',
      victimCgroup: '/1037/uid',
      memory: [limit('memory', 102400, 102400, 736), limit('memory+swap', 102400, 102400, 0)],
      victims: [
        { pid: 2201, comm: 'apache2', score: 546, totalVm: 914416 * kB, anonRss: 51212 * kB, fileRss: 4740 * kB },
      ],
    },
    rows: 2,
    task: { pid: 2199, comm: 'apache2', uid: 1037, rss: 11491 * page, oomScoreAdj: 0 },
  },
  '3.10-el7-memcg.journal': {
    report: {
      trigger: { comm: 'thrash', pid: 11554, gfpMask: '0xd0', order: 0, oomScoreAdj: 0 },
      cgroup: container('91091d5382d54a44e697e224ebccba7f587c43184bfb51b123cf8c16920598d9'),
      memory: [
        limit('memory', 51200, 51200, 70),
        limit('memory+swap', 102400, 102400, 17),
        limit('kmem', 412, Infinity, 0),
      ],
      victims: [
        {
          pid: 11554,
          comm: 'thrash',
          uid: 0,
          score: 998,
          totalVm: 106872 * kB,
          anonRss: 50788 * kB,
          fileRss: 0,
          shmemRss: 0,
        },
      ],
    },
    rows: 1,
    task: { pid: 11554, swap: 12904 * page, pageTables: 113 * page },
  },
  '3.16-global.dmesg-T': {
    report: {
      constraint: 'none',
      trigger: { comm: 'python', pid: 7003, gfpMask: '0x280da', order: 0, oomScoreAdj: 0 },
      victims: [{ pid: 7003, comm: 'python', score: 896, totalVm: 1236472 * kB, anonRss: 887600 * kB, fileRss: 0 }],
    },
    rows: 4,
    task: { pid: 180, comm: 'systemd-udevd', rss: 398 * page, swap: 134 * page, oomScoreAdj: -1000 },
  },
  '4.4-memcg.dmesg': {
    report: {
      constraint: 'memcg',
      cgroup: container('34186d9bd07706222bd427bb647ceed81e8e108eb653ff73c7137099fca1cab6'),
      victims: [
        { pid: 12090, comm: 'node', score: 1058, totalVm: 1228884 * kB, anonRss: 197012 * kB, fileRss: 23392 * kB },
      ],
    },
    rows: 2,
    task: { pid: 12090, pageTables: (278 + 9) * page, swap: 0 },
  },
  '4.15-cpuset.syslog': {
    report: {
      constraint: 'none',
      trigger: { comm: 'CPU 0/KVM', pid: 24430, gfpMask: '0x15000c0(GFP_KERNEL_ACCOUNT)', order: 0, oomScoreAdj: 0 },
      victims: [
        {
          pid: 24417,
          comm: 'qemu-system-x86',
          score: 128,
          totalVm: 19260852 * kB,
          anonRss: 16770048 * kB,
          fileRss: 10000 * kB,
          shmemRss: 0,
        },
      ],
    },
    rows: 2,
    task: { pid: 24417, uid: 64055, pageTables: 35041280, rss: 4195012 * page },
  },
  '4.19-memcg-group.dmesg': {
    report: { constraint: 'memcg', cgroup: '/test1', victimCgroup: '/test1/inner', groupKill: true },
    rows: 2,
    task: { pid: 9182, comm: 'a.out' },
  },
  '5.4-memcg.dmesg-T': {
    report: {
      constraint: 'memcg',
      cgroup: pod,
      victimCgroup: `${pod}/cri-containerd-ec9ee26695deb4cc72bc665efff1cf3a03fdfb12f1303e02fe9252985e084a95.scope`,
      victims: [
        {
          pid: 68061,
          comm: 'stress',
          uid: 0,
          oomScoreAdj: 872,
          totalVm: 4195088 * kB,
          anonRss: 2884696 * kB,
          fileRss: 288 * kB,
          shmemRss: 0,
          pageTables: 5696 * kB,
        },
      ],
    },
    rows: 2,
    task: { pid: 67990, comm: 'pause', oomScoreAdj: -998 },
  },
  '5.15-global.syslog': {
    report: {
      constraint: 'none',
      victimCgroup: '/user.slice/user-1000.slice/user@1000.service/init.scope',
      victims: [
        {
          pid: 2044,
          comm: '(sd-pam)',
          uid: 1000,
          oomScoreAdj: 200,
          totalVm: 20843644 * kB,
          anonRss: 15204480 * kB,
          fileRss: 0,
          shmemRss: 0,
          pageTables: 30728 * kB,
        },
      ],
    },
    rows: 2,
    task: { pid: 2044, comm: '(sd-pam)', swap: 120331 * page },
  },
  '6.1-mempolicy.dmesg': {
    report: {
      constraint: 'memory-policy',
      trigger: {
        comm: 'numa job',
        pid: 5120,
        gfpMask: '0x140dca(GFP_HIGHUSER_MOVABLE|__GFP_COMP|__GFP_ZERO)',
        order: 0,
        oomScoreAdj: -500,
      },
      victimCgroup: '/system.slice/numa, odd,task=x.service',
    },
    rows: 1,
    task: { pid: 5120, comm: 'numa job', oomScoreAdj: -500 },
  },
  '6.16-global.dmesg-T': {
    report: { constraint: 'none', victimCgroup: '/system.slice/uwsgi.service' },
    rows: 3,
    task: { pid: 3581527, uid: 33, comm: 'uwsgi', rss: 73055 * page, pageTables: 757760, swap: 2201 * page },
  },
  '6.18-memcg.kmsg': {
    report: {
      constraint: 'memcg',
      trigger: { comm: 'perl', pid: 6136, gfpMask: '0xcc0(GFP_KERNEL)', order: 0, oomScoreAdj: 0 },
      cgroup: '/whodunit-kmsg-cap',
      victimCgroup: '/whodunit-kmsg-cap/inner',
      memory: [
        limit('memory', 32768, 32768, 1025),
        limit('memory+swap', 32768, Infinity, 0),
        limit('kmem', 264, Infinity, 0),
      ],
      victims: [
        {
          pid: 6136,
          comm: 'perl',
          uid: 0,
          oomScoreAdj: 0,
          totalVm: 73420 * kB,
          anonRss: 32256 * kB,
          fileRss: 2212 * kB,
          shmemRss: 0,
          pageTables: 124 * kB,
        },
      ],
    },
    rows: 2,
    task: {
      pid: 6136,
      threadGroup: 6136,
      uid: 0,
      comm: 'perl',
      totalVm: 18355 * page,
      rss: 8617 * page,
      swap: 0,
      pageTables: 126976,
      oomScoreAdj: 0,
    },
  },
};

describe('an OOM report', () => {
  it('has_an_expectation_for_every_fixture', () => {
    const files = readdirSync(directory).filter((name) => name !== 'README.md');
    expect(files.toSorted()).toEqual(Object.keys(expected).toSorted());
  });

  it.each(Object.entries(expected))('is_read_whole_from_%s', (name, { report, rows, task }) => {
    const { fields } = reportOf(read(name));
    expect(fields).toMatchObject(report);
    expect(fields.victims).not.toEqual([]);
    expect(fields.tasks).toHaveLength(rows);
    expect(fields.tasks).toContainEqual(expect.objectContaining(task));
    expect(fields.cut).toBeUndefined();
    OomReportEvent.parse({ kind: 'oom_report', at: '1', ...fields });
  });

  it.each(Object.keys(expected))('is_cut_when_its_beginning_is_missing_%s', (name) => {
    const lines = read(name).split('\n');
    const begin = lines.findIndex((line) => line.includes('invoked oom-killer'));
    expect(reportOf(lines.slice(begin + 1).join('\n')).fields.cut).toBe(true);
  });

  it.each(Object.keys(expected))('is_cut_when_its_end_is_missing_%s', (name) => {
    const text = read(name);
    const { fields } = reportOf(text.slice(0, text.search(/.*([Kk]ill|Killed) process/)));
    expect(fields).toMatchObject({ cut: true, victims: [] });
  });

  it('names_every_victim_of_a_group_once_and_counts_what_the_kernel_counts', () => {
    const { fields, kills } = reportOf(read('4.19-memcg-group.dmesg'));
    expect(fields.victims.map(({ pid }) => pid)).toEqual([9188, 9182]);
    expect(kills).toBe(3);
  });

  it('is_not_made_by_another_program_that_quotes_one', () => {
    const quotes = [
      'Dec 11 10:48:09 h dockerd[1]: Killed process 1 (x)',
      'npd: Memory cgroup out of memory: Killed process 5 (x) total-vm:1kB',
    ];
    for (const quote of quotes) expect(reportsOf(quote)).toEqual([]);
  });

  it('follows_another_one_without_a_line_between_them', () => {
    const text = read('5.4-memcg.dmesg-T') + read('6.16-global.dmesg-T');
    expect(reportsOf(text).map(({ fields }) => fields.victims[0]?.pid)).toEqual([68061, 3581527]);
  });

  it('keeps_the_largest_tasks_of_a_table_that_is_too_long', () => {
    const assembler = new OomAssembler();
    assembler.add({ text: 'a invoked oom-killer: gfp_mask=0x0, order=0, oom_score_adj=0' });
    assembler.add({ text: '[ pid ]   uid  tgid total_vm      rss nr_ptes swapents oom_score_adj name' });
    for (let pid = 1; pid <= 9_000; pid += 1) assembler.add({ text: `[${pid}] 0 ${pid} 9 ${pid} 1 0 0 p` });
    assembler.add({ text: 'Killed process 9000 (p) total-vm:1kB, anon-rss:1kB, file-rss:1kB' });
    const fields = assembler.end()?.fields;
    expect(fields?.tasks).toHaveLength(limits.oomTasksMax);
    expect(Math.min(...(fields?.tasks ?? []).map(({ rss = 0 }) => rss))).toBe(7_001 * page);
    expect(fields?.cut).toBe(true);
  });

  it('ends_by_itself_when_nothing_of_it_follows', () => {
    const assembler = new OomAssembler();
    assembler.add({ text: 'Out of memory: Killed process 7 (x) total-vm:1kB, anon-rss:1kB, file-rss:1kB' });
    const reports = Array.from({ length: 100 }, () => assembler.add({ text: 'eth0: link up' }).report);
    expect(reports.filter((report) => report !== undefined)).toHaveLength(1);
    expect(assembler.isOpen).toBe(false);
  });
});
