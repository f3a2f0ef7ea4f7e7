/** What has to exist twice is the same twice: the enums of the API and the lists of the code. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSchema, isEnumType } from 'graphql';
import { expect, test } from 'vitest';
import { dispositions, rungs } from '../../src/contract/index.js';
import { actorKinds, causes } from '../../src/verdict/index.js';

const sdl = readFileSync(join(import.meta.dirname, '../../src/history/history.graphql'), 'utf8');
const schema = buildSchema(sdl);

const lists: Readonly<Record<string, readonly string[]>> = {
  Cause: causes,
  ActorKind: actorKinds,
  Rung: rungs.map((rung) => rung.toUpperCase()),
  Disposition: dispositions.map((disposition) => disposition.toUpperCase()),
};

const enums = Object.values(schema.getTypeMap()).filter((type) => isEnumType(type) && !type.name.startsWith('__'));

test.each(enums.map((type) => [type.name, type] as const))('%s', (name, type) => {
  expect(Object.keys(lists)).toContain(name);
  expect(isEnumType(type) && type.getValues().map((value) => value.name)).toEqual(lists[name]);
});
