/** A policy has one shape: what GraphQL takes and shows has the fields of the zod schema, and the file's defaults are its defaults. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isInputObjectType, isObjectType } from 'graphql';
import { expect, test } from 'vitest';
import { Policy, PolicyDeath, PolicyEpisode } from '../../src/remedy/index.js';
import { schema } from '../support/sdl.js';

const { when, where, do: wanted } = Policy.shape;
const shapes = {
  Policy: Policy.shape,
  PolicyWhen: when.shape,
  PolicyDeath: PolicyDeath.shape,
  PolicyEpisode: PolicyEpisode.shape,
  PolicyWhere: where.unwrap().shape,
  PolicyDo: wanted.shape,
};

function fieldsOf(name: string): string[] {
  const type = schema.getType(name);
  if (!isInputObjectType(type) && !isObjectType(type)) throw new Error(`There is no type ${name}.`);
  return Object.keys(type.getFields());
}

test.each(Object.entries(shapes))('%s', (name, shape) => {
  const fields = Object.keys(shape).toSorted();
  expect(fieldsOf(`${name}Input`).toSorted()).toEqual(fields);
  expect(fieldsOf(name)).toEqual(expect.arrayContaining(fields));
});

test('defaults_of_the_file', () => {
  const parse = (more: object) => Policy.parse({ name: 'x', do: { action: 'RESTART_SERVICE' }, ...more });
  const { armed, atMostPerHour, when: ofDeath } = parse({ when: { death: { cause: ['CRASHED'] } } });
  const ofEpisode = parse({ do: { action: 'RESUME_PROCESS' }, when: { episode: { state: 'STOPPED' } } }).when.episode!;
  const { cause: _, ...death } = ofDeath.death!;
  const { state: __, ...episode } = ofEpisode;
  const script = readFileSync(join(import.meta.dirname, '../../scripts/policies.mjs'), 'utf8');
  const written = /const defaults = \{([^;]*)\};/.exec(script)![1]!;
  for (const [name, value] of Object.entries({ armed, atMostPerHour, ...death, ...episode }))
    expect(written).toContain(`${name}: ${typeof value === 'string' ? `'${value}'` : String(value)}`);
});
