import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { agentLimits } from '../limits.js';
import { thisBoot } from './command.fixture.js';
import { openJournalDisk } from './journal-disk.js';
import { Journal, type Intent } from './journal.js';
import { blankReport } from './report.js';
import { Paper } from './system.fixture.js';

let directory: string;
beforeEach(() => void (directory = mkdtempSync(join(tmpdir(), 'whodunit-journal-'))));
afterEach(() => rmSync(directory, { recursive: true }));

const nowMs = Date.parse('2026-11-21T10:00:00Z');
const open = (atMs = nowMs) => new Journal(openJournalDisk(directory), atMs);
const intent = (more: Partial<Intent> = {}): Intent => ({
  ...{ id: randomUUID(), kind: 'RESUME_PROCESS', bootId: thisBoot, atMs: nowMs, expiresAtMs: nowMs + 60_000 },
  ...more,
});
const { system } = new Paper();
const path = () => join(directory, 'commands');

it('knows_after_a_restart_what_was_begun_what_ended_and_what_was_told', () => {
  const [begun, ended, told] = [intent(), intent(), intent()];
  const journal = open();
  for (const one of [begun, ended, told]) journal.intend(one);
  journal.asked(begun.id);
  for (const one of [ended, told]) journal.end({ ...blankReport(system, one.id), state: 'FAILED' });
  journal.told(told.id);
  const next = open();
  expect(next.unended()).toMatchObject([{ intent: begun, asked: true }]);
  expect(next.untold()).toMatchObject([{ command: ended.id, state: 'FAILED' }]);
  expect(next.find(told.id)).toMatchObject({ told: true });
  expect(next.countOfHour(nowMs)).toBe(3);
  expect(statSync(path()).mode & 0o777).toBe(0o600);
});

it('begins_nothing_twice', () => {
  const one = intent();
  const journal = open();
  journal.intend(one);
  expect(() => journal.intend(one)).toThrow(/begun before/);
  expect(() => open().intend(one)).toThrow(/begun before/);
});

it('does_not_count_a_line_that_a_crash_has_torn', () => {
  const journal = open();
  const [one, torn] = [intent(), intent()];
  journal.intend(one);
  const text = readFileSync(path(), 'utf8');
  journal.intend(torn);
  writeFileSync(path(), readFileSync(path(), 'utf8').slice(0, text.length + 40));
  const next = open();
  expect(next.unended()).toMatchObject([{ intent: one }]);
  expect(next.isBelowFloor(nowMs)).toBe(false);
});

it('refuses_for_an_hour_what_it_may_have_done_when_it_is_damaged', () => {
  for (const damaged of ['nothing of the kind\n', '{"version":2}\n', '{"version":1,"floorMs":0}\n{"intent":{}}\n']) {
    writeFileSync(path(), damaged);
    expect(open().isBelowFloor(nowMs + 3_600_000)).toBe(true);
    expect(open().isBelowFloor(nowMs + 3_600_001)).toBe(false);
  }
});

it('forgets_what_is_long_expired_and_refuses_it_all_the_same', () => {
  const old = intent({ atMs: nowMs - 8_000_000, expiresAtMs: nowMs - agentLimits.commandsKeptMs - 1 });
  const untold = intent({ ...old, id: randomUUID() });
  const journal = open();
  for (const one of [old, untold]) {
    journal.intend(one);
    journal.end(blankReport(system, one.id));
  }
  journal.told(old.id);
  const next = open();
  expect(next.find(old.id)).toBeUndefined();
  expect(next.find(untold.id)).toBeDefined();
  expect(next.isBelowFloor(old.expiresAtMs)).toBe(true);
  expect(next.isBelowFloor(old.expiresAtMs + 1)).toBe(false);
});

it('writes_everything_anew_after_a_write_that_failed', () => {
  const paper = new Paper();
  const journal = new Journal(paper.disk, nowMs);
  const [one, two] = [intent(), intent()];
  journal.intend(one);
  paper.diskFails = true;
  expect(() => journal.intend(two)).toThrow('EIO');
  expect(() => journal.end(blankReport(system, one.id))).toThrow('EIO');
  paper.file = `${paper.file ?? ''}{"torn`;
  paper.diskFails = false;
  journal.intend(two);
  expect(new Journal(paper.disk, nowMs).unended()).toMatchObject([{ intent: two }]);
});

it('stays_small', () => {
  const paper = new Paper();
  const journal = new Journal(paper.disk, nowMs);
  for (let count = 0; count < 600; count += 1) {
    const one = intent({ atMs: nowMs + count * 60_000, expiresAtMs: nowMs + count * 60_000 });
    journal.intend(one);
    journal.end({ ...blankReport(system, one.id), detail: 'x'.repeat(1_000), state: 'FAILED' });
    journal.end({ ...blankReport(system, one.id), detail: 'x'.repeat(1_000), state: 'FAILED' });
    journal.told(one.id);
  }
  expect(paper.file?.length).toBeLessThan(agentLimits.commandJournalBytesMax + 10_000);
});
