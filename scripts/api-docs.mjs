/**
 * `npm run api:write`: the public API as files that reviewers and other tools read, docs/api/openapi.json and
 * docs/api/schema.graphql, from the code that serves it. `npm run api:check` fails when they are out of date.
 * Needs a build; starts nothing and connects to nothing.
 */
import 'reflect-metadata';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { mergeTypeDefs } from '@graphql-tools/merge';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { print } from 'graphql';
import { format } from 'prettier';

const root = join(import.meta.dirname, '..');
const folder = join(root, 'docs/api');

const files = { 'openapi.json': await openApiText(), 'schema.graphql': await sdlText() };
const stale = process.argv.includes('--check') ? await findStale() : await writeAll();
if (stale.length > 0) {
  console.error(`Out of date: ${stale.join(', ')}. Run "npm run api:write" and look at the difference.`);
  process.exit(1);
}

async function openApiText() {
  const { AppModule } = await import(join(root, 'dist/app.module.js'));
  const { openApi } = await import(join(root, 'dist/edge/docs.js'));
  const { createLogger } = await import(join(root, 'dist/platform/logger.js'));
  const { readEnv } = await import(join(root, 'dist/platform/env.js'));
  const env = readEnv({ DATABASE_URL: 'postgres://nobody@localhost/nothing', WHODUNIT_LOG_LEVEL: 'silent' });
  const module = AppModule.forRoot(env, createLogger(env, 'docs'));
  // Preview: modules and routes are known, nothing is constructed.
  const app = await NestFactory.create(module, new FastifyAdapter(), { preview: true, logger: false });
  return format(JSON.stringify(openApi(app)), { parser: 'json', printWidth: 120 });
}

async function sdlText() {
  const names = (await readdir(join(root, 'src'), { recursive: true })).filter((name) => name.endsWith('.graphql'));
  const sources = await Promise.all(names.sort().map((name) => readFile(join(root, 'src', name), 'utf8')));
  return format(print(mergeTypeDefs(sources)), { parser: 'graphql', printWidth: 120 });
}

async function findStale() {
  const checks = Object.entries(files).map(async ([name, text]) => {
    const written = await readFile(join(folder, name), 'utf8').catch(() => '');
    return written === text ? [] : [`docs/api/${name}`];
  });
  return (await Promise.all(checks)).flat();
}

/** @returns {Promise<string[]>} nothing is stale afterwards */
async function writeAll() {
  await mkdir(folder, { recursive: true });
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  return [];
}
