/** The whole schema of the API: all SDL files of src. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSchema } from 'graphql';

const src = join(import.meta.dirname, '../../src');
const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.graphql'));

export const schema = buildSchema(files.map((name) => readFileSync(join(src, name), 'utf8')).join('\n'));
