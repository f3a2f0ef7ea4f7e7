import { ForbiddenException, NotFoundException } from '@nestjs/common';
import { expect, test } from 'vitest';
import { Problem } from '../contract/index.js';
import { Failure } from '../platform/errors.js';
import { toProblem } from './problem.js';

test('an_expected_failure_keeps_its_status_code_sentence_and_extras', () => {
  const failure = new Failure({
    code: 'ingest/sequence-gap',
    status: 409,
    detail: 'Send from 6.',
    extra: { committed: 5 },
  });
  const problem = toProblem(failure);
  expect(problem).toEqual({
    type: 'about:blank',
    title: 'Conflict',
    status: 409,
    code: 'ingest/sequence-gap',
    detail: 'Send from 6.',
    committed: 5,
  });
  expect(Problem.parse(problem)).toEqual(problem);
});

test('what_fastify_refuses_has_a_code_of_ours', () => {
  const refused = Object.assign(new Error('Request body is too large'), {
    code: 'FST_ERR_CTP_BODY_TOO_LARGE',
    statusCode: 413,
  });
  expect(toProblem(refused)).toMatchObject({ status: 413, code: 'http/too-large' });
  const notJson = Object.assign(new SyntaxError('Unexpected token'), { statusCode: 400 });
  expect(toProblem(notJson)).toMatchObject({ status: 400, code: 'http/not-json' });
  const other = Object.assign(new Error('Too early'), { code: 'FST_ERR_NEW', statusCode: 425 });
  expect(toProblem(other)).toMatchObject({ status: 425, code: 'http/refused' });
});

test('what_nest_refuses_keeps_its_status', () => {
  expect(toProblem(new NotFoundException())).toMatchObject({ status: 404, code: 'http/not-found' });
  expect(toProblem(new ForbiddenException('no'))).toMatchObject({ status: 403, code: 'http/refused' });
});

test('a_bug_keeps_its_text_to_itself', () => {
  for (const bug of [
    new Error('password=hunter2'),
    'hunter2',
    null,
    undefined,
    { statusCode: 502, message: 'hunter2' },
  ]) {
    const problem = toProblem(bug);
    expect(problem).toMatchObject({ status: 500, code: 'platform/internal' });
    expect(JSON.stringify(problem)).not.toContain('hunter2');
  }
});
