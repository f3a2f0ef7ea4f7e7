/**
 * A line of the kernel log as people paste it, without what dmesg(1), syslogd and journalctl(1) put in front of the
 * kernel's text.
 *
 *   [  123.456789] text                                  dmesg; `[ T123]` behind it with CONFIG_PRINTK_CALLER
 *   <4>[  123.456789] text    kern  :warn  : [ … ] text   dmesg -r, dmesg -x
 *   [Mon Dec  8 17:51:31 2025] text                      dmesg -T, in any language: `[月 12日 24 16:02:24 2017]`
 *   2025-12-08T17:51:31,123456+00:00 text                dmesg --time-format=iso
 *   Dec  8 17:51:31 host kernel: [  123.456789] text     syslog, journalctl; also with an ISO date
 *   [  123.456789] host kernel: text                     journalctl -o short-monotonic
 *   4,339,123456789,-;text                               a record of /dev/kmsg
 *
 * A `>` or `|` of quoting, blanks and a carriage return are taken off. What fits none of these is text as it stands.
 */
import { limits } from '../../contract.js';
import { parseKmsgRecord } from './kmsg-record.js';
import type { LogLine, WallTime } from './log-line.js';

/** Two cgroup paths in one line are the longest that the kernel writes. */
const charactersMax = 4 * limits.kernelLineCharactersMax;

const quotes = /^(?:[ \t]{0,8}[>|][ \t]?){1,8}/;
const level = /^(?:<\d{1,4}>|[a-z]{2,8} {0,6}:[a-z]{2,8} {0,6}: ?)/;
const stamp = /^\[ {0,12}(\d{1,12})\.(\d{1,9})\] ?/;
const caller = /^\[ {0,12}[TC]\d{1,10}\] ?/;
const localDate = /^\[([^\]\d][^\]]{0,40}?)(\d{1,2}) (\d{2}):(\d{2}):(\d{2}) (\d{4})\] ?/;
const isoDate = /^(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2}):(\d{2})(?:[.,]\d{1,9})?(?:Z|[+-]\d{2}:?\d{2})? /;
const syslogDate = /^([^\s[\]\d]{1,12}|\d{1,2}[^\s[\]\d]{1,3}) {1,2}(\d{1,2}) (\d{2}):(\d{2}):(\d{2})(?:\.\d{1,9})? /;
const tag = /^(?:[^\s:[\]]{1,255} )?kernel(?:\[\d{1,10}\])?: ?/;

export function parsePastedLine(line: string): LogLine {
  let rest = line.slice(0, charactersMax).replace(/\r$/, '').replace(quotes, '').trimStart();
  const record = parseKmsgRecord(rest);
  if (record) return { text: record.text, microseconds: record.microseconds, sequence: record.sequence };
  rest = rest.replace(level, '');
  const wall = parseWall(rest);
  if (wall) rest = rest.slice(wall.length);
  rest = rest.replace(tag, '');
  const uptime = stamp.exec(rest);
  if (uptime) rest = rest.slice(uptime[0].length).replace(caller, '').replace(tag, '');
  return {
    text: rest,
    ...(uptime && { microseconds: microsecondsOf(uptime[1] ?? '', uptime[2] ?? '') }),
    ...(wall && { wall: wall.time }),
  };
}

function microsecondsOf(seconds: string, fraction: string): number {
  return Number(seconds) * 1_000_000 + Number(fraction.slice(0, 6).padEnd(6, '0'));
}

function parseWall(text: string): { readonly time: WallTime; readonly length: number } | undefined {
  const iso = isoDate.exec(text);
  if (iso) {
    const [whole, year, month, day, hour, minute, second] = iso;
    return { length: whole.length, time: timeOf({ year, month: Number(month), day, hour, minute, second }) };
  }
  const local = localDate.exec(text);
  if (local) {
    const [whole, before = '', day, hour, minute, second, year] = local;
    return { length: whole.length, time: timeOf({ year, month: monthOf(before), day, hour, minute, second }) };
  }
  const syslog = syslogDate.exec(text);
  if (!syslog) return undefined;
  const [whole, month = '', day, hour, minute, second] = syslog;
  return { length: whole.length, time: timeOf({ month: monthOf(month), day, hour, minute, second }) };
}

type Parts = { readonly month: number | undefined } & {
  readonly [name in 'year' | 'day' | 'hour' | 'minute' | 'second']?: string | undefined;
};

function timeOf({ year, month, day, hour, minute, second }: Parts): WallTime {
  return {
    ...(year !== undefined && { year: Number(year) }),
    ...(month !== undefined && month >= 1 && month <= 12 && { month }),
    day: Number(day),
    hour: Number(hour),
    minute: Number(minute),
    second: Number(second),
  };
}

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/** A name in English, or the number that Chinese, Japanese and Korean write. Other languages' names give none. */
function monthOf(text: string): number | undefined {
  const number = /\d{1,2}/.exec(text);
  if (number) return Number(number[0]);
  const index = months.findIndex((name) => new RegExp(`(?:^| )${name}`, 'i').test(text));
  return index < 0 ? undefined : index + 1;
}
