/** The API as one thing that starts and closes: Nest on Fastify, with authentication in front and the WebSocket beside. */
import zlib from 'node:zlib';
import compress from '@fastify/compress';
import type { FastifyInstance } from 'fastify';
import { ModulesContainer, NestFactory } from '@nestjs/core';
import { GraphQLSchemaHost } from '@nestjs/graphql';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { AdminToken } from '../access/admin-token.js';
import { Authenticator } from '../access/authenticator.js';
import { AppModule } from '../app.module.js';
import { limits } from '../contract/index.js';
import { LoaderFactory } from '../history/loaders.js';
import { AcknowledgeService } from '../incident/acknowledge.service.js';
import type { Env } from '../platform/env.js';
import { nestLogger, type Logger } from '../platform/logger.js';
import type { Running } from '../platform/program.js';
import { migrateQueue } from '../queue/queues.js';
import { CommandStreams } from '../remediation/streams.js';
import { serveAcknowledgements } from './acknowledge.js';
import { admitBatches } from './admit.hook.js';
import { authenticateRequests } from './authenticate.hook.js';
import { resolveDirectly } from './direct-resolvers.js';
import { serveDocs } from './docs.js';
import { serveGraphiql } from './graphiql.js';
import { ProblemAdapter } from './problem.adapter.js';
import { ProblemFilter } from './problem.filter.js';
import { keepRawBodies } from './raw-body.js';
import { serveWebsocket } from './websocket.js';

/** So long may a request that is being answered take once the end has begun. */
const lastRequestsMs = 5_000;

/** Each chunk of an opened body is a turn of the event loop: a batch of 200 KiB is two of these and twelve of the default. */
const inLargeChunks = { ...zlib, createGunzip: () => zlib.createGunzip({ chunkSize: 128 * 1_024 }) };

export interface Api extends Running {
  readonly app: NestFastifyApplication;
  /** Where it listens. */
  readonly url: string;
}

export async function buildApi(env: Env, logger: Logger): Promise<NestFastifyApplication> {
  const adapter = new ProblemAdapter(logger);
  const app = await NestFactory.create<NestFastifyApplication>(AppModule.forRoot(env, logger), adapter, {
    logger: nestLogger(logger),
    abortOnError: false,
    // Nest's own parsers would take forms too.
    bodyParser: false,
  });
  const fastify = app.getHttpAdapter().getInstance() as unknown as FastifyInstance;
  fastify.addHook('onRoute', (route) => {
    if (route.url === '/v1/batches') route.bodyLimit = limits.batchBytesMax;
  });
  // A connection on which no request ever came is none that Node calls idle: it would be waited for.
  fastify.addHook('preClose', (done) => {
    setTimeout(() => fastify.server.closeAllConnections(), lastRequestsMs).unref();
    done();
  });
  // JSON is the only body that anything here takes.
  fastify.removeContentTypeParser('text/plain');
  keepRawBodies(fastify);
  authenticateRequests(fastify, app.get(Authenticator));
  admitBatches(fastify);
  // Requests only: gzip batches are opened by a library that counts the bytes as they come out.
  await app.register(
    compress as never,
    { global: true, globalCompression: false, requestEncodings: ['gzip', 'identity'], zlib: inLargeChunks } as never,
  );
  serveGraphiql(fastify);
  serveAcknowledgements(fastify, app.get(AcknowledgeService));
  serveDocs(app);
  app.useGlobalFilters(new ProblemFilter(logger));
  await app.init();
  resolveDirectly(app.get(GraphQLSchemaHost).schema, app.get(ModulesContainer));
  return app;
}

/** @throws Error with a sentence when the port is taken or the database does not answer. */
export async function startApi(env: Env, logger: Logger): Promise<Api> {
  await migrateQueue(env);
  const app = await buildApi(env, logger);
  await app.get(AdminToken).install();
  const websocket = serveWebsocket(app.getHttpServer(), {
    schema: app.get(GraphQLSchemaHost).schema,
    authenticator: app.get(Authenticator),
    loaders: app.get(LoaderFactory),
    logger,
  });
  try {
    await app.listen(env.port, env.listen);
  } catch (error) {
    await app.close();
    throw portError(error, env);
  }
  return {
    app,
    url: await app.getUrl(),
    close: async () => {
      await websocket.close();
      // Apollo closes the HTTP server before Nest lets anybody else know.
      await app.get(CommandStreams).end();
      await app.close();
    },
  };
}

function portError(error: unknown, env: Env): Error {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE') return new Error(`Port ${env.port} is taken. Choose another one: PORT=${env.port + 1}.`);
  if (code === 'EACCES') return new Error(`Port ${env.port} needs privileges. Choose one above 1023 with PORT.`);
  return error as Error;
}
