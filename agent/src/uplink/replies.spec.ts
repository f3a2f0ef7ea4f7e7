import { expect, test } from 'vitest';
import fc from 'fast-check';
import { Ack, EnrollReply, Problem } from '../../../src/contract/index.js';
import { readAck, readEnrollReply, readProblem } from './replies.js';

const epoch = '2f1c9f64-0f0f-4c8e-9d55-6b3a4f3c2b1a';

/** Bodies that are nearly right: each field right, wrong or missing. */
function nearly(fields: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<unknown> {
  const members = Object.entries(fields).map(
    ([name, right]) => [name, fc.option(fc.oneof(right, fc.jsonValue()), { nil: undefined })] as const,
  );
  return fc.oneof({ weight: 9, arbitrary: fc.record(Object.fromEntries(members)) }, fc.jsonValue());
}

/** As it comes off the wire: without members that are undefined. */
const overTheWire = (body: unknown): unknown => JSON.parse(JSON.stringify(body));

const problem = {
  type: fc.string(),
  title: fc.string(),
  status: fc.integer(),
  code: fc.string(),
  detail: fc.string(),
  committed: fc.nat(),
};

test('reads_what_the_contract_calls_an_enrolment', () => {
  const key = fc.oneof(fc.base64String(), fc.string(), fc.constantFrom('=', '====', 'A===', 'AA==', 'AAA', 'A+/='));
  const bodies = nearly({ hostId: fc.string(), credential: fc.string(), commandKey: key });
  fc.assert(
    fc.property(bodies.map(overTheWire), (body) => {
      expect(readEnrollReply(body)).toEqual(EnrollReply.safeParse(body).data);
    }),
  );
});

test('takes_every_acknowledgement_of_the_contract', () => {
  fc.assert(
    fc.property(nearly({ epoch: fc.constant(epoch), committed: fc.nat() }).map(overTheWire), (body) => {
      const ack = Ack.safeParse(body).data;
      if (ack !== undefined) expect(readAck(body)).toEqual(ack);
    }),
  );
});

test.each([
  [{ epoch, committed: -1 }],
  [{ epoch, committed: 1.5 }],
  [{ epoch, committed: '7' }],
  [{ committed: 7 }],
  [[]],
  [null],
])('refuses_the_acknowledgement %j', (body) => {
  expect(readAck(body)).toBeUndefined();
  expect(Ack.safeParse(body).success).toBe(false);
});

test('reads_what_the_contract_calls_a_problem', () => {
  fc.assert(
    fc.property(nearly(problem).map(overTheWire), (body) => {
      const found = Problem.safeParse(body).data;
      // Stricter in one thing: a number of an event is not negative.
      if (found?.committed !== undefined && found.committed < 0) return;
      expect(readProblem(body)).toEqual(found);
    }),
  );
});
