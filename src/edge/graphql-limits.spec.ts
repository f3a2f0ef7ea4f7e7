import { readFileSync } from 'node:fs';
import path from 'node:path';
import { buildSchema, parse } from 'graphql';
import { expect, test } from 'vitest';
import { graphqlLimits, limitErrors, parseOptions } from './graphql-limits.js';

const schema = buildSchema(readFileSync(path.join(import.meta.dirname, '../history/history.graphql'), 'utf8'));
const codes = (query: string, variables: Record<string, unknown> = {}) =>
  limitErrors(schema, parse(query, parseOptions), variables).map((error) => error.extensions.code);
const times = (many: number, of: (n: number) => string) => Array.from({ length: many }, (_, n) => of(n)).join(' ');

test('the_queries_of_the_documentation_pass', () => {
  expect(
    codes('{ whoKilled(host: "h", pid: 1) { verdict { summary actor { process { args ancestry { comm } } } } } }'),
  ).toEqual([]);
  expect(
    codes('{ deaths { nodes { process { pid } verdict { cause evidence { text } actor { ancestry { pid } } } } } }'),
  ).toEqual([]);
});

test('aliases_and_depth_are_counted_through_fragments', () => {
  const max = graphqlLimits.aliasesMax;
  expect(codes(`{ ${times(max, (n) => `a${n}: __typename`)} }`)).toEqual([]);
  expect(codes(`{ ${times(max + 1, (n) => `a${n}: __typename`)} }`)).toEqual(['graphql/too-many-aliases']);
  const half = times(max / 2 + 1, (n) => `a${n}: __typename`);
  expect(codes(`{ ...f ... on Query { ${half} } } fragment f on Query { ${half} }`)).toEqual([
    'graphql/too-many-aliases',
  ]);
  const nested = (levels: number) =>
    `{ process(id: "1") ${'{ parent '.repeat(levels)} { pid } ${'} '.repeat(levels)} }`;
  expect(codes(nested(graphqlLimits.depthMax - 2))).toEqual([]);
  expect(codes(nested(graphqlLimits.depthMax - 1))).toEqual(['graphql/too-deep']);
});

test('fragments_that_double_cost_what_they_are_when_written_out', () => {
  const bomb = `{ ...f0 } ${times(60, (n) => `fragment f${n} on Query { ...f${n + 1} ...f${n + 1} }`)} fragment f60 on Query { __typename }`;
  expect(codes(bomb)).toEqual(['graphql/too-complex']);
});

test('page_sizes_multiply_down_the_tree_also_by_variables_and_defaults', () => {
  const nested = (first: string) =>
    `{ processes(first: ${first}) { nodes { children(first: ${first}) { nodes { pid } } } } }`;
  expect(codes(nested('50'))).toEqual([]);
  expect(codes(nested('200'))).toEqual(['graphql/too-complex']);
  const query = 'query ($n: Int = 200) { processes(first: $n) { nodes { children(first: $n) { nodes { pid } } } } }';
  expect(codes(query)).toEqual(['graphql/too-complex']);
  expect(codes(query, { n: 10 })).toEqual([]);
});

test('a_variable_that_does_not_fit_is_left_to_whoever_executes', () => {
  expect(codes('query ($n: Int!) { processes(first: $n) { nodes { pid } } }', {})).toEqual([]);
});

test('what_was_found_of_a_document_is_not_taken_for_other_variables', () => {
  const query = `query ($n: Int, $rung: Rung) {
    hosts(filter: { rung: $rung }) { nodes { id } } processes(first: $n) { nodes { children(first: $n) { nodes { pid } } } } }`;
  const document = parse(query, parseOptions);
  const codesOf = (variables: Record<string, unknown>) =>
    limitErrors(schema, document, variables).map((error) => error.extensions.code);
  // The estimate cannot be made where a variable does not fit; that says nothing of the next request.
  expect(codesOf({ n: 200, rung: 'NONE' })).toEqual([]);
  for (let again = 0; again < 2; again += 1) {
    expect(codesOf({ n: 10, rung: 'EBPF' })).toEqual([]);
    expect(codesOf({ n: 200, rung: 'EBPF' })).toEqual(['graphql/too-complex']);
    expect(codesOf({ n: 200, rung: 'PROCFS' })).toEqual(['graphql/too-complex']);
  }
});

test('every_limit_has_a_sentence', () => {
  const [error] = limitErrors(schema, parse(`{ ${times(60, (n) => `a${n}: __typename`)} }`), {});
  expect(error?.message).toMatch(/^The query .*\.$/);
  expect(error?.extensions).toMatchObject({ http: { status: 400 } });
});
