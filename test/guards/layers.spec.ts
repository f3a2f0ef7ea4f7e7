/**
 * The layer rules of .oxlintrc.json, proven: each forbidden thing is written into a copy of the tree's shape, and lint has
 * to refuse it in our own words.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');
let copy: string;

beforeEach(() => {
  copy = mkdtempSync(join(tmpdir(), 'whodunit-lint-'));
  cpSync(join(root, '.oxlintrc.json'), join(copy, '.oxlintrc.json'));
});

afterEach(() => rmSync(copy, { recursive: true }));

const imports = (specifier: string) => `import { x } from '${specifier}';\nexport const y = x;\n`;

const forbidden: readonly (readonly [file: string, source: string, complaint: string])[] = [
  ['src/ingest/a.ts', imports('../history/loaders.js'), 'Features never import each other'],
  ['src/history/a.ts', imports('../diagnosis/decide.js'), 'Features never import each other'],
  ['src/diagnosis/a.ts', imports('../access/authenticator.js'), 'Features never import each other'],
  ['src/access/a.ts', imports('../ingest/ingest.js'), 'Features never import each other'],
  ['src/remediation/a.ts', imports('../audit/audit.js'), 'Features never import each other'],
  ['src/audit/a.ts', imports('../incident/incident.js'), 'Features never import each other'],
  ['src/incident/deep/a.ts', imports('../../remediation/jobs.js'), 'Features never import each other'],
  ['src/history/b.ts', imports('pg'), 'Only src/store'],
  ['src/history/c.ts', imports('postgres'), 'Only src/store'],
  ['src/ingest/d.ts', imports('@prisma/client'), 'Only src/store'],
  ['src/edge/e.ts', imports('../generated/prisma/client.js'), 'Only src/store'],
  ['src/main.ts', imports('pg'), 'Only src/store'],
  ['src/history/f.ts', "export const y = await import('pg');\n", 'Only src/store'],
  ['src/history/g.ts', "export type { Client } from 'pg';\n", 'Only src/store'],
  ['src/store/a.ts', imports('bullmq'), 'Only src/queue'],
  ['src/ingest/e.ts', imports('bullmq'), 'Only src/queue'],
  ['src/store/b.ts', imports('../history/loaders.js'), 'The store is below'],
  ['src/queue/a.ts', imports('../store/death.store.js'), 'The queue carries hints'],
  ['src/platform/a.ts', imports('../store/prisma.js'), 'Platform serves every layer'],
  ['src/contract/a.ts', imports('ajv'), 'nothing but zod'],
  ['src/contract/b.ts', imports('../platform/env.js'), 'nothing of ours'],
  ['src/verdict/a.ts', imports('../store/rows.js'), 'The verdict imports contract only'],
  ['src/verdict/rules/b.ts', imports('../../platform/env.js'), 'The verdict imports contract only'],
  ['src/verdict/c.ts', imports('node:fs'), 'Facts in, verdict out'],
  ['src/remedy/a.ts', imports('../queue/jobs.js'), 'contract and verdict only'],
  ['src/remedy/b.ts', imports('zod'), 'Facts in, verdict out'],
  ['src/remedy/policy.ts', imports('ajv'), 'nothing but zod'],
  ['src/remedy/policy.ts', imports('../store/rows.js'), 'contract and verdict only'],
  ['src/ingest/f.ts', imports('node:child_process'), 'runs programs'],
  ['src/ingest/g.ts', imports('../../agent/src/log.js'), 'share src/contract'],
  ['agent/src/track/a.ts', imports('../../../src/contract/index.js'), 'agent/src/contract.ts'],
  ['agent/src/source/a.ts', imports('node:child_process'), 'one door'],
  ['agent/src/uplink/a.ts', imports('fastify'), 'koffi alone'],
  ['agent/src/bytes/a.ts', imports('node:fs'), 'Decoding is pure'],
  ['agent/src/kernel/a.ts', imports('node:os'), 'Decoding is pure'],
  ['agent/src/spool/a.ts', imports('node:fs'), 'only disk.ts'],
  ['src/history/h.ts', 'export const y = process.env;\n', 'process.env'],
  ['src/store/c.ts', 'export const y = (db: any) => db.$queryRawUnsafe("");\n', 'tagged template'],
  ['src/store/d.ts', 'export const y = (db: any) => db.$executeRawUnsafe("");\n', 'tagged template'],
  ['src/store/long.ts', 'void 1;\n'.repeat(401), 'too many lines'],
  ['src/store/far.ts', `export function y() {\n${'  void 0;\n'.repeat(70)}}\n`, 'too many lines'],
];

test.each(forbidden)('refuses_%s %#', (file, source, complaint) => {
  write(file, source);
  const { status, output } = lint();
  expect(output).toContain(complaint);
  expect(status).toBe(1);
});

test('refuses_a_cycle', () => {
  write('src/history/one.ts', "import { two } from './two.js';\nexport const one = () => two;\n");
  write('src/history/two.ts', "import { one } from './one.js';\nexport const two = () => one;\n");
  expect(lint()).toMatchObject({ status: 1, output: expect.stringContaining('no-cycle') });
});

test('allows_what_the_layers_are_for', () => {
  write('src/ingest/a.ts', imports('../store/batch.store.js'));
  write('src/store/a.ts', imports('pg') + "export { z } from '../generated/prisma/client.js';\n");
  write('src/queue/a.ts', imports('bullmq'));
  write('src/contract/a.ts', imports('zod') + "export * from './b.js';\n");
  write('src/verdict/rules/a.ts', imports('../facts.js') + "export * from '../../contract/index.js';\n");
  write('src/remedy/a.ts', imports('../verdict/index.js'));
  write('src/remedy/policy.ts', imports('zod'));
  write('src/platform/env.ts', 'export const y = process.env;\n');
  write('agent/src/contract.ts', "export * from '../../src/contract/index.js';\n");
  write('agent/src/command/a.ts', imports('node:child_process'));
  write('agent/src/kernel/a.ts', imports('../bytes/cursor.js'));
  expect(lint()).toMatchObject({ status: 0 });
});

test('every_folder_of_src_has_its_rules', () => {
  const rules = readFileSync(join(root, '.oxlintrc.json'), 'utf8');
  const folders = readdirSync(join(root, 'src'), { withFileTypes: true }).filter((entry) => entry.isDirectory());
  for (const { name } of folders) if (name !== 'generated') expect(rules).toContain(`"src/${name}/**/*.ts"`);
});

function write(file: string, source: string): void {
  mkdirSync(dirname(join(copy, file)), { recursive: true });
  writeFileSync(join(copy, file), source);
}

function lint(): { status: number | null; output: string } {
  const program = join(root, 'node_modules/oxlint/bin/oxlint');
  const { status, stdout, stderr } = spawnSync(process.execPath, [program], { cwd: copy, encoding: 'utf8' });
  return { status, output: stdout + stderr };
}
