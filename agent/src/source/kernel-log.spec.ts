import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseKmsgRecord, type KmsgRecord } from '../kernel/log/kmsg-record.js';
import { readKernelLogPosition } from '../state/kernel-log.js';
import { KernelLog } from './kernel-log.js';
import { openKmsg, type Kmsg } from './kmsg.js';

const bootId = '3d1219c7-c4c5-404a-aa1f-6d2a48adfda4';
const second = 1_000_000_000n;

/** A kernel log whose records are put there by the test. */
function fakeKmsg() {
  const records: string[] = [];
  const read = (take: (record: KmsgRecord) => void, recordsMax: number): boolean => {
    for (const record of records.splice(0, recordsMax)) {
      const parsed = parseKmsgRecord(record);
      if (parsed) take(parsed);
    }
    return records.length > 0;
  };
  return { records, kmsg: { read, close: () => undefined } as unknown as Kmsg };
}

const fault = (sequence: number, pid: number, priority = 6) =>
  `${priority},${sequence},${sequence * 1_000_000},-;x[${pid}]: segfault at 0 ip 0 sp 0 error 4\n`;

describe('KernelLog', () => {
  let stateDir: string;
  let now: bigint;
  beforeEach(() => {
    stateDir = mkdtempSync(join(tmpdir(), 'whodunit-log-'));
    now = 1_000_000n * second;
  });
  afterEach(() => rmSync(stateDir, { recursive: true }));

  const open = (kmsg: Kmsg, resumed = false) =>
    new KernelLog(kmsg, { stateDir, bootId, sensor: { bootNanoseconds: () => now, resumed } });
  const found = (log: KernelLog) => log.takeFindings().map(({ sequence, unwatched }) => [sequence, unwatched]);

  it('tells_what_was_there_before_the_watch_from_what_comes_after', () => {
    const { records, kmsg } = fakeKmsg();
    records.push(fault(5, 1), fault(6, 2));
    const log = open(kmsg);
    records.push(fault(7, 3));
    log.read();
    expect(found(log)).toEqual([
      [5, true],
      [6, true],
      [7, false],
    ]);
    expect(log.takeLost()).toBeUndefined();
  });

  it('goes_on_behind_what_an_earlier_agent_has_told', () => {
    const first = fakeKmsg();
    first.records.push(fault(5, 1));
    open(first.kmsg).keepPosition(5, 3);
    const { records, kmsg } = fakeKmsg();
    records.push(fault(5, 1), fault(6, 2));
    const resumed = open(kmsg, true);
    expect(found(resumed)).toEqual([[6, false]]);
    expect(resumed.inherited).toMatchObject({ sequence: 5, oomKills: 3 });
    expect(readKernelLogPosition(stateDir, 'another boot')).toBeUndefined();
  });

  it('takes_for_unwatched_what_came_while_no_sensor_recorded', () => {
    const first = fakeKmsg();
    open(first.kmsg).keepPosition(5, undefined);
    const { records, kmsg } = fakeKmsg();
    records.push(fault(6, 2));
    expect(found(open(kmsg, false))).toEqual([[6, true]]);
  });

  it('believes_facility_0_only', () => {
    const { records, kmsg } = fakeKmsg();
    records.push(fault(1, 1, 8 + 6), fault(2, 2, 3 * 8), fault(3, 3, 7));
    expect(found(open(kmsg))).toEqual([[3, true]]);
  });

  it('counts_the_lines_that_were_overwritten', () => {
    const { records, kmsg } = fakeKmsg();
    now = 15n * second;
    records.push(fault(10, 1));
    const log = open(kmsg);
    now = 40n * second;
    records.push(fault(31, 2), fault(32, 3), fault(35, 4));
    log.read();
    const lost = log.takeLost();
    expect(lost).toEqual({ count: 22, since: 15n * second, until: 35n * second });
    expect(log.takeLost()).toBeUndefined();
  });

  it('counts_the_lines_that_were_overwritten_while_no_agent_ran', () => {
    const first = fakeKmsg();
    open(first.kmsg).keepPosition(5, undefined);
    const { records, kmsg } = fakeKmsg();
    records.push(fault(9, 2));
    expect(open(kmsg).takeLost()).toMatchObject({ count: 3 });
  });

  it('marks_a_report_that_lost_lines_as_cut', () => {
    const { records, kmsg } = fakeKmsg();
    const log = open(kmsg);
    const head = 'a invoked oom-killer: gfp_mask=0x0, order=0, oom_score_adj=0';
    records.push(`4,1,1,-;${head}\n`, '3,9,2,-;Out of memory: Killed process 7 (x) total-vm:1kB, anon-rss:1kB\n');
    log.read();
    records.push(`4,10,3,-;${head}\n`);
    log.read();
    expect(log.takeFindings()).toMatchObject([{ kind: 'oom', sequence: 9, report: { fields: { cut: true } } }]);
    expect(log.isOpen).toBe(true);
  });

  it('keeps_its_file_through_a_damaged_one', () => {
    expect(readKernelLogPosition(stateDir, bootId)).toBeUndefined();
    const { kmsg } = fakeKmsg();
    open(kmsg);
    expect(readKernelLogPosition(stateDir, bootId)).toEqual({ bootId, sequence: -1, unwatchedUntil: -1 });
  });
});

describe('openKmsg', () => {
  it('says_what_is_missing_without_it', () => {
    const opened = openKmsg('/nonexistent/kmsg');
    expect(!opened.ok && opened.failure.sentence).toMatch(/not read \(.*no such file.*OOM reports/);
  });
});
