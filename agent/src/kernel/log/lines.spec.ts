import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseFaultLine } from './fault-line.js';
import { bootTimeOfLine } from './kernel-clock.js';
import { parseKmsgRecord } from './kmsg-record.js';
import { parsePastedLine } from './pasted-line.js';
import { readKernelLog } from './read-kernel-log.js';

describe('parseKmsgRecord', () => {
  it('reads_the_examples_of_the_kernel_documentation', () => {
    expect(parseKmsgRecord('7,160,424069,-;pci_root PNP0A03:00: host bridge window (ignored)\n')).toMatchObject({
      facility: 0,
      level: 7,
      sequence: 160,
      microseconds: 424069,
      continues: false,
      text: 'pci_root PNP0A03:00: host bridge window (ignored)',
    });
    const record = parseKmsgRecord(
      '6,339,5140900,c,caller=T12;NET: \\x41\n SUBSYSTEM=acpi\n DEVICE=+acpi:PNP0A03:00\n',
    );
    expect(record).toMatchObject({ continues: true, text: 'NET: A' });
    expect([...(record?.dictionary ?? [])]).toEqual([
      ['SUBSYSTEM', 'acpi'],
      ['DEVICE', '+acpi:PNP0A03:00'],
    ]);
  });

  it('tells_what_user_space_has_written_by_its_facility', () => {
    expect(parseKmsgRecord('12,424,1326931395,-;Out of memory: Killed process 1 (init)')).toMatchObject({
      facility: 1,
    });
  });

  it('puts_bytes_together_again', () => {
    expect(parseKmsgRecord('4,1,2,-;a\\xe6\\x9c\\x88b\\x5cx41\\x0ac\\xff')?.text).toBe('a月b\\x41\nc\ufffd');
  });

  it.each(['', '4', '4,1,2', '4,1,2,-', 'x,1,2,-;t', '4,99999999999999999999,2,-;t', ' 4,1,2,-;t'])(
    'takes_%j_for_no_record',
    (text) => expect(parseKmsgRecord(text)).toBeUndefined(),
  );
});

describe('parsePastedLine', () => {
  const wall = { year: 2017, month: 12, day: 24, hour: 16, minute: 2, second: 24 };
  const noYear = { month: 11, day: 21, hour: 13, minute: 0, second: 0 };

  it.each([
    ['[  123.456789] text', { text: 'text', microseconds: 123_456_789 }],
    ['[  123.456789] text\r', { text: 'text', microseconds: 123_456_789 }],
    ['[ 123.4] text', { text: 'text', microseconds: 123_400_000 }],
    ['> > [  123.456789] text', { text: 'text', microseconds: 123_456_789 }],
    ['<6>[    0.000001] text', { text: 'text', microseconds: 1 }],
    ['kern  :warn  : [    0.000001] text', { text: 'text', microseconds: 1 }],
    ['[   37.117660][ T9185] text', { text: 'text', microseconds: 37_117_660 }],
    ['[   37.117660] host kernel: text', { text: 'text', microseconds: 37_117_660 }],
    ['[月 12日 24 16:02:24 2017] text', { text: 'text', wall }],
    ['[日 12月 24 16:02:24 2017] text', { text: 'text', wall }],
    ['[So Dez 24 16:02:24 2017] text', { text: 'text', wall: { ...wall, month: undefined } }],
    ['[Sun Dec 24 16:02:24 2017] text', { text: 'text', wall }],
    ['[Sun Dec  3 16:02:24 2017] text', { text: 'text', wall: { ...wall, day: 3 } }],
    ['2017-12-24T16:02:24,123456+01:00 text', { text: 'text', wall }],
    ['Nov 21 13:00:00 host kernel: [ 123.4] text', { text: 'text', microseconds: 123_400_000, wall: noYear }],
    ['Nov 21 13:00:00 host kernel: text', { text: 'text', wall: noYear }],
    ['Nov 21 13:00:00 kernel: text', { text: 'text', wall: noYear }],
    ['11月 21 13:00:00 host kernel: text', { text: 'text', wall: noYear }],
    ['Nov 21 13:00:00.050705 host.example.org kernel[0]: text', { text: 'text', wall: noYear }],
    ['2017-12-24T16:02:24.118021+00:00 host kernel: [ 123.4] text', { text: 'text', microseconds: 123_400_000, wall }],
    ['4,339,1326857513,-;text', { text: 'text', microseconds: 1_326_857_513, sequence: 339 }],
    ['[ pid ]   uid  tgid', { text: '[ pid ]   uid  tgid' }],
    ['[ 2199]  1037  2199 1 2', { text: '[ 2199]  1037  2199 1 2' }],
  ])('takes_off_what_stands_before_the_text_in_%j', (line, expected) => {
    expect(parsePastedLine(line)).toEqual(expected);
  });
});

describe('parseFaultLine', () => {
  it.each([
    [
      's[6144]: segfault at 0 ip 000055681b7b217b sp 00007fff50538200 error 6 in s[117b,55681b7b2000+1000] likely on CPU 1 (core 1, socket 0)',
      { topic: 'segfault', pid: 6144, comm: 's', signal: 11 },
    ],
    ['a[b]: c[12]: segfault at 7f ip 0 sp 0 error 4', { topic: 'segfault', pid: 12, comm: 'a[b]: c', signal: 11 }],
    ['init[1]: segfault (11) at 8 nip 10 lr 20 code 1', { topic: 'segfault', pid: 1, comm: 'init', signal: 11 }],
    [
      'traps: s[6147] general protection fault ip:563178c35173 sp:7ffef18276b0 error:0 in s[1173,563178c35000+1000]',
      { topic: 'general-protection', pid: 6147, comm: 's', signal: 11 },
    ],
    ['x[5] general protection ip:1 sp:2 error:0', { topic: 'general-protection', pid: 5, comm: 'x', signal: 11 }],
    [
      'traps: s[6146] trap invalid opcode ip:560300339161 sp:7fff7247bf80 error:0 in s[1161,560300339000+1000]',
      { topic: 'trap', pid: 6146, comm: 's', signal: 4 },
    ],
    ['traps: Web Content[9] trap int3 ip:1 sp:2 error:0', { topic: 'trap', pid: 9, comm: 'Web Content', signal: 5 }],
    ['traps: d[9] trap divide error ip:1 sp:2 error:0', { topic: 'trap', pid: 9, comm: 'd', signal: 8 }],
    ['traps: d[9] trap stack segment ip:1 sp:2 error:0', { topic: 'trap', pid: 9, comm: 'd', signal: 7 }],
    [
      'a[77]: unhandled exception: DABT (lower EL), ESR 0x0000000092000046, level 2 translation fault in a[400000+1000]',
      { topic: 'trap', pid: 77, comm: 'a', signal: 11 },
    ],
    ['a[77]: unhandled level 2 translation fault (11) at 0x00000000, esr 0x92000046', { pid: 77, signal: 11 }],
    ['a[77]: unhandled exception: undefined instruction', { pid: 77, signal: 4 }],
    ['a[77]: unhandled signal 7 code 0x1 at 0x0000000000000010', { pid: 77, signal: 7 }],
    [
      'INFO: task jbd2/sda1-8:312 blocked for more than 120 seconds.',
      { topic: 'hung-task', pid: 312, comm: 'jbd2/sda1-8' },
    ],
    ['INFO: task a:b:31 blocked in I/O wait for more than 120 seconds.', { topic: 'hung-task', pid: 31, comm: 'a:b' }],
  ])('reads_%s', (text, expected) => expect(parseFaultLine(text)).toMatchObject(expected));

  it.each([
    's[0]: segfault at 0',
    '[12]: segfault at 0',
    's[x]: segfault at 0',
    'segfault at 0',
    'INFO: task x blocked ',
  ])('leaves_%j_alone', (text) => expect(parseFaultLine(text)).toBeUndefined());

  it('says_that_a_hung_task_is_not_dead', () => {
    expect(parseFaultLine('INFO: task x:3 blocked for more than 9 seconds.')).not.toHaveProperty('signal');
  });

  it('finds_the_faults_of_a_captured_log', () => {
    const text = readFileSync(new URL('../../../../test/fixtures/oom/6.18-memcg.kmsg', import.meta.url), 'utf8');
    const faults = readKernelLog(text).flatMap((finding) => (finding.kind === 'fault' ? [finding.fault.topic] : []));
    expect(faults).toEqual(['segfault', 'trap', 'general-protection']);
  });
});

describe('bootTimeOfLine', () => {
  const reading = { at: 5_000_000_000n, after: 4_750_000_000n, suspended: 0n };

  it('lies_between_the_looks_that_the_line_came_between', () => {
    expect(bootTimeOfLine(4_800_000, reading)).toBe(4_800_000_000n);
    expect(bootTimeOfLine(4_000_000, reading)).toBe(4_750_000_000n);
    expect(bootTimeOfLine(6_000_000, reading)).toBe(5_000_000_000n);
  });

  it('adds_what_the_machine_slept', () => {
    expect(bootTimeOfLine(1_000_000, { at: 9_000_000_000n, after: undefined, suspended: 3_000_000_000n })).toBe(
      4_000_000_000n,
    );
  });
});
