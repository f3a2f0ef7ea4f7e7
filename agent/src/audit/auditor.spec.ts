import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Answer, type Question } from '../../../src/contract/index.js';
import { agentLimits } from '../limits.js';
import { silentLog } from '../log.js';
import type { Exchange } from '../uplink/http.js';
import { Auditor } from './auditor.js';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance', 'Date'] }));
afterEach(() => void vi.useRealTimers());

const bootId = '2f1c9f64-0f0f-4c8e-9d55-6b3a4f3c2b1a';
const reply = (status: number): Exchange => ({ status, body: undefined, retryAfterMs: undefined });
const pass = (milliseconds: number) => vi.advanceTimersByTimeAsync(milliseconds);

function setUp(replies: (post: number) => Exchange = () => reply(204), workMs = 0) {
  const answers: Answer[] = [];
  const asked: string[] = [];
  const auditor = new Auditor({
    credential: 'c',
    bootId,
    log: silentLog,
    http: {
      post: (path, _, body) => {
        expect(path).toBe('/v1/answers');
        answers.push(Answer.parse(JSON.parse(body)));
        return Promise.resolve(replies(answers.length));
      },
    },
    answer: async ({ id }, signal) => {
      asked.push(id);
      if (workMs > 0) await new Promise((resolve) => setTimeout(resolve, workMs));
      signal.throwIfAborted();
      const nothing = { processes: 1, durationMs: 1, findings: [], cut: [], skipped: [] };
      return { version: 1, question: id, bootId, ...nothing };
    },
  });
  const take = (more: Partial<Question> = {}) => {
    const question = { version: 1, id: randomUUID(), expiresInSeconds: 60, checks: [], longLivedSeconds: 1, ...more };
    auditor.take(JSON.stringify(question), question.id);
    return question.id;
  };
  return { auditor, answers, asked, take };
}

it('answers_each_question_once_however_often_it_comes', async () => {
  const { answers, take } = setUp();
  const id = take();
  take({ id });
  await pass(0);
  take({ id });
  await pass(0);
  expect(answers.map(({ question }) => question)).toEqual([id]);
});

it('brings_an_answer_until_the_server_has_it', async () => {
  const lost: Exchange = { status: 'lost', reason: 'x' };
  const { answers, asked, take } = setUp((post) => (post === 1 ? lost : post === 2 ? reply(503) : reply(204)));
  take();
  await pass(30_000);
  expect(answers).toHaveLength(3);
  expect(asked).toHaveLength(1);
});

it('gives_up_when_the_audit_is_over_or_the_question_has_expired', async () => {
  const over = setUp(() => reply(409));
  over.take();
  await pass(30_000);
  expect(over.answers).toHaveLength(1);
  const away = setUp(() => reply(503));
  away.take({ expiresInSeconds: 5 });
  await pass(60_000);
  const tried = away.answers.length;
  await pass(60_000);
  expect(away.answers.length).toBe(tried);
});

it('does_not_look_when_the_time_of_a_question_was_over_before_its_turn', async () => {
  const { asked, take } = setUp(() => reply(204), 10_000);
  const [first] = [take(), take({ expiresInSeconds: 5 })];
  await pass(60_000);
  expect(asked).toEqual([first]);
});

it('refuses_more_than_so_many_an_hour_and_says_so', async () => {
  const { answers, take } = setUp();
  for (let count = 0; count < agentLimits.auditQuestionsPerHourMax; count += 1) {
    take();
    await pass(1);
  }
  const beyond = take();
  await pass(1);
  expect(answers.at(-1)).toMatchObject({ question: beyond, refusal: { code: 'audit/too-many' } });
  await pass(3_600_000);
  const later = take();
  await pass(1);
  expect(answers.at(-1)?.question).toBe(later);
  expect(answers.at(-1)?.refusal).toBeUndefined();
});

it('says_that_it_does_not_understand_a_question_of_a_newer_server', async () => {
  const { answers, asked, take, auditor } = setUp();
  const id = take({ filter: { container: 'x' } as never });
  auditor.take('nonsense', undefined);
  await pass(1);
  expect(asked).toEqual([]);
  expect(answers).toMatchObject([{ question: id, refusal: { code: 'audit/not-understood' } }]);
});

it('ends_at_once_when_the_agent_ends', async () => {
  const { auditor, answers, take } = setUp(() => reply(503));
  take();
  await pass(0);
  await auditor.stop();
  const tried = answers.length;
  await pass(60_000);
  expect(answers.length).toBe(tried);
});
