import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Question } from '../../../src/contract/index.js';
import { parseQuestion } from './parse-question.js';

const question = {
  version: 1,
  id: '2f1c9f64-0f0f-4c8e-9d55-6b3a4f3c2b1a',
  expiresInSeconds: 60,
  checks: ['ZOMBIES', 'NOT_KNOWN_YET'],
  longLivedSeconds: 3_600,
};
const filter = { exe: 'redis-server', ignores: [15], memoryBytesMin: 1, states: ['S', 'T'], olderThanSeconds: 5 };

it('takes_what_the_contract_allows', () => {
  for (const one of [question, { ...question, checks: [], filter }, { ...question, filter: {} }]) {
    expect(Question.parse(one)).toEqual(one);
    expect(parseQuestion(JSON.stringify(one))).toEqual(one);
  }
});

it('takes_nothing_that_the_contract_does_not_allow', () => {
  const wrong = fc.oneof(
    fc.constant(undefined),
    fc.jsonValue(),
    fc.constant(-1),
    fc.constant(1e20),
    fc.constant('a b'),
  );
  const field = fc.constantFrom(...Object.keys(question), 'filter');
  const condition = fc.constantFrom(...Object.keys(filter), 'catches', 'fdsMin', 'user');
  fc.assert(
    fc.property(field, condition, wrong, (name, within, value) => {
      for (const one of [
        { ...question, [name]: value },
        { ...question, filter: { ...filter, [within]: value } },
      ]) {
        const text = JSON.stringify(one);
        const isSound = Question.safeParse(JSON.parse(text)).success;
        if (!isSound) expect(parseQuestion(text)).toBeUndefined();
      }
    }),
    { numRuns: 2_000 },
  );
});

it('answers_no_other_question_than_was_asked', () => {
  // What a newer server may filter by would be left out here, and the answer be about others.
  expect(parseQuestion(JSON.stringify({ ...question, filter: { ...filter, container: 'x' } }))).toBeUndefined();
  for (const text of ['', '{', 'null', '[]', '"x"']) expect(parseQuestion(text)).toBeUndefined();
});
