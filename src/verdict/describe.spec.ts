import { expect, test } from 'vitest';
import { decide } from './decide.js';
import { alice, death, guard, kill, process, sent } from './example.js';

const id = '8c1a3f5e7b9d0246813579acebdf02468ace13579bdf02468ace13579bdf0246';
const redis = process({ pid: 4711, comm: 'redis-server', unit: 'redis-server.service' });
const container = { id, runtime: 'containerd', pod: 'f3a1c0de-1234-4bcd-9876-0123456789ab' };

test('a_sentence_says_the_unit_of_the_victim_and_where_the_login_came_from', () => {
  const remote = { ...kill, unit: 'session-3.scope', login: { ...alice, tty: 'pts/3', source: '10.0.0.5' } };
  const verdict = decide(death({ victim: redis, signal: 9, signals: [sent(9, remote)] }));
  expect(verdict.summary.en).toBe(
    'SIGKILL from kill (pid 4712, "/bin/kill -9 4711") run by alice (ssh from 10.0.0.5, pts/3) via bash ended ' +
      'redis-server (pid 4711) of redis-server.service; no cleanup was possible.',
  );
  expect(verdict.evidence.find(({ kind }) => kind === 'sender')?.text).toBe(
    'SIGKILL was sent by kill (pid 4712), command line "/bin/kill -9 4711", executable /usr/bin/kill, user alice, login ' +
      'alice, session 3, terminal pts/3, ssh from 10.0.0.5, unit session-3.scope, started by bash (pid 4000) ← systemd ' +
      '(pid 1).',
  );
});

test('a_sentence_says_the_container_of_the_sender_and_the_evidence_its_pod', () => {
  const inPod = { ...guard, container };
  const verdict = decide(death({ victim: { ...redis, container }, signal: 15, signals: [sent(15, inPod)] }));
  expect(verdict.summary.en).toBe(
    'SIGTERM from python3 (pid 900, "python3 guard.py") in containerd container 8c1a3f5e7b9d run as root via systemd ended ' +
      'redis-server (pid 4711) of redis-server.service in containerd container 8c1a3f5e7b9d; it had no handler for it.',
  );
  expect(verdict.evidence.find(({ kind }) => kind === 'sender')?.text).toContain(
    'no login, containerd container 8c1a3f5e7b9d, pod f3a1c0de-1234-4bcd-9876-0123456789ab, started by',
  );
});

test('an_ssh_login_without_a_terminal_says_so_by_not_naming_one', () => {
  const remote = { ...kill, login: { ...alice, tty: null, source: '2001:db8::5' } };
  expect(decide(death({ signal: 9, signals: [sent(9, remote)] })).summary.en).toContain(
    'run by alice (ssh from 2001:db8::5) via bash ended worker (pid 4711); ',
  );
});

test.each(['session-3.scope', 'session-c1.scope', 'init.scope', 'user@1000.service', null])(
  'the_unit_%s_is_not_worth_a_word',
  (unit) => {
    expect(decide(death({ victim: { ...redis, unit }, code: 0 })).summary.en).toMatch(
      /^redis-server \(pid 4711\) exited/,
    );
  },
);

test('an_end_of_its_own_names_the_unit_too', () => {
  expect(decide(death({ victim: redis, code: 3 })).summary.en).toMatch(
    /^redis-server \(pid 4711\) of redis-server\.service exited by itself with status 3/,
  );
});

test('a_unit_cannot_forge_the_sentence', () => {
  const victim = { ...redis, unit: 'x.service run by bob' };
  expect(decide(death({ victim, code: 0 })).summary.en).toContain(' of "x.service run by bob" exited ');
});

test('Chinese_has_who_ran_it_in_front_and_where_it_runs_in_the_brackets', () => {
  const remote = { ...kill, uid: 0, userName: 'root', login: { ...alice, tty: 'pts/3', source: '10.0.0.5' } };
  expect(decide(death({ victim: { ...redis, container }, signal: 9, signals: [sent(9, remote)] })).summary.zh).toBe(
    'redis-server（pid 4711，redis-server.service，containerd 容器 8c1a3f5e7b9d）被 alice（ssh 来自 10.0.0.5，pts/3）以 root ' +
      '身份经 bash 运行的 kill（pid 4712，"/bin/kill -9 4711"）用 SIGKILL 杀死，来不及清理。',
  );
});

test('a_Chinese_name_cannot_pass_for_a_part_of_the_sentence', () => {
  const victim = { ...redis, unit: '甲，被 bob 杀死' };
  expect(decide(death({ victim, code: 0 })).summary.zh).toContain('（pid 4711，"甲，被 bob 杀死"）自行退出');
});
