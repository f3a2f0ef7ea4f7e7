import { expect, test } from 'vitest';
import { attribute } from './actor.js';
import { decide } from './decide.js';
import { alice, death, kill, process, sent, worker } from './example.js';
import { scheduledJob } from './scheduled-job.js';

const entry = 'pgrep -f worker | xargs kill -9';
const ancestor = (pid: number, comm: string, ...args: string[]) => ({ ref: { pid, start: `${pid}000` }, comm, args });
const cron = [ancestor(700, 'cron', '/usr/sbin/CRON', '-f'), ancestor(600, 'cron', '/usr/sbin/cron', '-f')];
const shell = ancestor(701, 'sh', '/bin/sh', '-c', entry);
const root = { uid: 0, name: 'root', session: 9, tty: null, source: null };
const job = process({
  ...kill,
  ref: { pid: 703, start: '703000' },
  pid: 703,
  uid: 0,
  userName: 'root',
  login: root,
  ancestry: [ancestor(702, 'xargs', 'xargs', 'kill', '-9'), shell, ...cron],
});

test('the_child_of_the_scheduler_is_the_entry', () => {
  expect(scheduledJob(job)).toEqual({ scheduler: 'cron', command: entry });
});

test('the_shell_of_the_entry_can_be_the_sender_itself', () => {
  const sender = process({ pid: 701, comm: 'sh', args: shell.args, ancestry: cron });
  expect(scheduledJob(sender)).toEqual({ scheduler: 'cron', command: entry });
});

test.each(['crond', 'anacron', 'fcron', 'atd'])('%s_is_a_scheduler', (comm) => {
  const ancestry = [ancestor(5, 'run-parts', 'run-parts', '/etc/cron.daily'), ancestor(4, comm)];
  expect(scheduledJob(process({ pid: 6, ancestry }))).toEqual({
    scheduler: comm,
    command: 'run-parts /etc/cron.daily',
  });
});

test('an_entry_whose_command_line_is_not_known_is_one_all_the_same', () => {
  const ancestry = [ancestor(5, 'sh'), ...cron];
  expect(scheduledJob(process({ pid: 6, ancestry }))).toEqual({ scheduler: 'cron', command: null });
});

test('neither_the_scheduler_itself_nor_who_has_none_above_is_a_job', () => {
  expect(scheduledJob(process({ pid: 600, comm: 'cron' }))).toBeNull();
  expect(scheduledJob(kill)).toBeNull();
});

test('the_actor_is_the_scheduler_although_pam_gave_the_job_a_login', () => {
  expect(attribute(job, worker)).toEqual({ actor: { kind: 'SCHEDULER', process: job.ref }, confidence: 0.9 });
});

test.each([
  ['terminal', { ...root, tty: 'pts/0' }],
  ['ssh source', { ...alice, tty: null, source: '10.0.0.5' }],
])('a_login_with_a_%s_is_a_person_also_below_a_service_that_cron_has_started', (_, login) => {
  expect(attribute({ ...job, login }, worker).actor.kind).toBe('HUMAN');
});

test('a_job_that_ends_its_own_child_is_its_parent', () => {
  expect(attribute(job, { ...worker, ancestry: [{ ...job }] }).actor.kind).toBe('PARENT');
});

test('the_sentence_and_the_evidence_quote_the_entry', () => {
  const verdict = decide(death({ signal: 9, signals: [sent(9, job)] }));
  expect(verdict.summary.en).toBe(
    `SIGKILL from kill (pid 703, "/bin/kill -9 4711") run as root by cron ("${entry}") ended worker (pid 4711); no ` +
      'cleanup was possible.',
  );
  expect(verdict.evidence.find(({ kind }) => kind === 'sender')?.text).toContain(`job of cron "${entry}", started by`);
});
