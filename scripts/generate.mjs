/**
 * `npm run generate`: code that follows from sources of truth, written below src/generated (not committed).
 *
 * - prisma/schema.prisma  → src/generated/prisma       typed rows
 * - src/**\/*.graphql      → src/generated/graphql.ts   resolver types
 */
import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { codegen } from '@graphql-codegen/core';
import * as typescript from '@graphql-codegen/typescript';
import * as typescriptResolvers from '@graphql-codegen/typescript-resolvers';
import { mergeTypeDefs } from '@graphql-tools/merge';
import { parse } from 'graphql';

const root = join(import.meta.dirname, '..');
const graphqlTypes = join(root, 'src/generated/graphql.ts');

/** Which stored row (or view) stands behind a GraphQL type: its resolvers receive the row, not the finished answer. */
const mappers = {
  Actor: '../store/rows.js#ActorRow',
  CoreDump: '../store/rows.js#CoreDumpRow',
  Death: '../store/rows.js#DeathRow',
  Episode: '../store/rows.js#EpisodeRow',
  Host: '../store/rows.js#HostRow',
  KernelLogLine: '../store/rows.js#KernelLogRow',
  Login: '../store/rows.js#LoginRow',
  OomReport: '../store/rows.js#OomReportRow',
  OomTask: '../store/rows.js#OomTaskRow',
  Process: '../store/rows.js#ProcessRow',
  Restart: '../history/restart.resolver.js#RestartView',
  SignalRecord: '../store/rows.js#SignalRow',
  Throttle: '../store/rows.js#ThrottleRow',
};

await Promise.all([generatePrismaClient(), generateGraphqlTypes()]);

async function generatePrismaClient() {
  const cli = join(root, 'node_modules/prisma/build/index.js');
  await promisify(execFile)(process.execPath, [cli, 'generate', '--no-hints'], {
    cwd: root,
    // `generate` insists on a schema engine that it never starts, and downloads one unless an executable is named.
    env: { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, CHECKPOINT_DISABLE: '1' },
  });
}

async function generateGraphqlTypes() {
  const sources = await readSdl();
  await mkdir(join(root, 'src/generated'), { recursive: true });
  await writeFile(graphqlTypes, sources.length === 0 ? 'export {};\n' : await resolverTypes(sources));
}

/** @param {string[]} sources */
async function resolverTypes(sources) {
  const schema = mergeTypeDefs(sources.map((source) => parse(source)));
  const defined = new Set(schema.definitions.flatMap((node) => ('name' in node && node.name ? [node.name.value] : [])));
  return codegen({
    filename: graphqlTypes,
    documents: [],
    schema,
    plugins: [{ typescript: {} }, { typescriptResolvers: {} }],
    pluginMap: { typescript, typescriptResolvers },
    config: {
      enumsAsTypes: true,
      useTypeImports: true,
      emitLegacyCommonJSImports: false,
      scalars: { DateTime: 'Date', Duration: 'number' },
      mappers: Object.fromEntries(Object.entries(mappers).filter(([name]) => defined.has(name))),
    },
  });
}

async function readSdl() {
  const names = await readdir(join(root, 'src'), { recursive: true });
  const sdl = names.filter((name) => name.endsWith('.graphql')).sort();
  return Promise.all(sdl.map((name) => readFile(join(root, 'src', name), 'utf8')));
}
