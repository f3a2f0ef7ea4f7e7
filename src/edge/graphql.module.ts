/** GraphQL over HTTP: Apollo on Fastify, schema-first. The WebSocket is in `websocket.ts`, with the same limits. */
import path from 'node:path';
import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import type { DynamicModule } from '@nestjs/common';
import { GraphQLModule } from '@nestjs/graphql';
import type { ApolloServerPlugin } from '@apollo/server';
import { ApolloServerPluginCacheControlDisabled } from '@apollo/server/plugin/disabled';
import type { FastifyRequest } from 'fastify';
import { HistoryModule } from '../history/history.module.js';
import type { OperationContext } from '../history/context.js';
import { LoaderFactory } from '../history/loaders.js';
import type { Logger } from '../platform/logger.js';
import { LOGGER } from '../platform/platform.tokens.js';
import { DateTime } from './date-time.scalar.js';
import { Duration } from './duration.scalar.js';
import { formatGraphqlError } from './graphql-errors.js';
import { limitErrors, parseOptions } from './graphql-limits.js';

export const graphqlPath = '/graphql';
const sdl = path.join(import.meta.dirname, '../**/*.graphql');

export function graphqlModule(): DynamicModule {
  return GraphQLModule.forRootAsync<ApolloDriverConfig>({
    driver: ApolloDriver,
    imports: [HistoryModule],
    inject: [LoaderFactory, LOGGER],
    useFactory: (loaders: LoaderFactory, logger: Logger) => ({
      path: graphqlPath,
      typePaths: [sdl],
      resolvers: { DateTime, Duration },
      graphiql: false,
      introspection: true,
      allowBatchedHttpRequests: false,
      csrfPrevention: true,
      persistedQueries: false,
      cache: 'bounded',
      parseOptions,
      formatError: formatGraphqlError(logger),
      // Cache control would look at every field of every answer, and nothing here may be cached.
      plugins: [limitPlugin, ApolloServerPluginCacheControlDisabled()],
      context: (request: FastifyRequest): OperationContext => ({
        principal: request.principal!,
        loaders: loaders.create(),
      }),
    }),
  });
}

/** Limits need the variables, so they are looked at when the operation is known rather than as static rules. */
const limitPlugin: ApolloServerPlugin = {
  async requestDidStart() {
    return {
      async didResolveOperation({ schema, document, request }) {
        const [error] = limitErrors(schema, document, request.variables ?? {});
        if (error) throw error;
      },
    };
  },
};
