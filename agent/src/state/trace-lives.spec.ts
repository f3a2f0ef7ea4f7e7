import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Who } from '../kernel/record.js';
import type { KeptLife } from '../track/trace/lives.js';
import { agentLimits } from '../limits.js';
import { LivesFile } from './trace-lives.js';

let directory: string;
beforeEach(() => void (directory = mkdtempSync(join(tmpdir(), 'whodunit-lives-'))));
afterEach(() => rmSync(directory, { recursive: true }));

const who = (pid: number): Who => ({
  pid,
  tid: pid,
  start: BigInt(pid) * 1_000_000_007n,
  parentPid: 1,
  parentStart: 3n,
  uid: 0,
  euid: undefined,
  loginUid: undefined,
  session: 4,
  kernelThread: false,
  dead: false,
  comm: 'p "1"\n',
  tty: undefined,
  cgroup: undefined,
});
const life = (pid: number): KeptLife => ({ who: who(pid), others: [pid * 10] });
const open = (boot = 'b') => new LivesFile(directory, boot);
const told = { instance: 'i', read: 12, at: 99n };

it('gives_the_next_agent_who_lives_and_how_far_the_trace_was_told', () => {
  const file = open();
  file.rewrite([life(1), life(2)], told);
  file.append({ began: [life(3)], ended: [1] });
  file.append({ instance: 'i', read: 30, at: 100n });
  expect(open().load()).toEqual({ lives: [life(2), life(3)], instance: 'i', read: 30, at: 100n });
  expect(statSync(join(directory, 'trace-lives')).mode & 0o777).toBe(0o600);
});

it('knows_nothing_of_another_boot_or_without_a_file', () => {
  const nothing = { lives: [], instance: undefined, read: 0, at: 0n };
  expect(open().load()).toEqual(nothing);
  open().rewrite([life(1)], told);
  expect(open('another').load()).toEqual(nothing);
});

it('counts_no_line_that_a_crash_has_torn', () => {
  const file = open();
  file.rewrite([life(1)], told);
  appendFileSync(join(directory, 'trace-lives'), '{"began":[{"pid":5');
  expect(open().load().lives).toEqual([life(1)]);
});

it('wants_to_be_written_anew_when_it_has_grown', () => {
  const file = open();
  expect(file.append({ began: [life(1)], ended: [] })).toBe(false);
  file.rewrite([life(1)], told);
  while (file.append({ began: [life(2)], ended: [] }));
  expect(statSync(join(directory, 'trace-lives')).size).toBeLessThanOrEqual(agentLimits.traceLivesBytesMax);
  file.rewrite([life(2)], told);
  expect(readFileSync(join(directory, 'trace-lives'), 'utf8').split('\n')).toHaveLength(4);
});
