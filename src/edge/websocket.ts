/**
 * GraphQL over WebSocket (graphql-transport-ws), ours rather than Nest's: Nest's passes by Apollo's limits and takes
 * messages of 100 MiB. Authentication at `connection_init`, the limits of HTTP on every operation.
 */
import type { IncomingMessage, Server } from 'node:http';
import type { DocumentNode, ExecutionArgs, GraphQLSchema } from 'graphql';
import { GraphQLError, getOperationAST, parse, validate } from 'graphql';
import { CloseCode, type SubscribePayload } from 'graphql-ws';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer, type WebSocket } from 'ws';
import type { Authenticator } from '../access/authenticator.js';
import type { OperationContext } from '../history/context.js';
import type { LoaderFactory } from '../history/loaders.js';
import { Failure } from '../platform/errors.js';
import type { Logger } from '../platform/logger.js';
import { requireRole, type Principal } from '../platform/principal.js';
import { formatGraphqlError } from './graphql-errors.js';
import { graphqlLimits, limitErrors, parseOptions } from './graphql-limits.js';
import { graphqlPath } from './graphql.module.js';

export interface WebsocketParts {
  readonly schema: GraphQLSchema;
  readonly authenticator: Authenticator;
  readonly loaders: LoaderFactory;
  readonly logger: Logger;
}

interface Extra extends Record<PropertyKey, unknown> {
  principal?: Principal;
  operations?: number;
}

/** 1013 asks to come back later (RFC 6455's registry). */
const closeCodes: Readonly<Record<number, number>> = {
  401: CloseCode.Unauthorized,
  403: CloseCode.Forbidden,
  503: 1013,
};

/** @returns what closes all connections, telling the clients. */
export function serveWebsocket(server: Server, parts: WebsocketParts): { close(): Promise<void> } {
  const { schema, authenticator, loaders, logger } = parts;
  const format = formatGraphqlError(logger);
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: graphqlLimits.messageBytesMax,
    clientTracking: true,
  });
  const graphql = useServer<Record<string, unknown>, Extra>(
    {
      schema,
      connectionInitWaitTimeout: 5_000,
      onConnect: async ({ connectionParams, extra }) => {
        try {
          extra.principal = await authenticator.authenticate(tokenHeader(connectionParams, extra));
          requireRole({ principal: extra.principal }, 'viewer');
          return true;
        } catch (error) {
          if (!(error instanceof Failure)) throw error;
          const status = closeCodes[error.status] ?? CloseCode.Forbidden;
          (extra as unknown as { socket: WebSocket }).socket.close(status, error.code);
          return false;
        }
      },
      onSubscribe: ({ extra }, _id, payload) => {
        if ((extra.operations ?? 0) >= graphqlLimits.subscriptionsPerConnectionMax) {
          const message = `At most ${graphqlLimits.subscriptionsPerConnectionMax} operations at once on one connection.`;
          return [new GraphQLError(message, { extensions: { code: 'graphql/too-many-operations' } })];
        }
        const prepared = prepare(schema, payload, { principal: extra.principal!, loaders: loaders.create() });
        if (!Array.isArray(prepared)) extra.operations = (extra.operations ?? 0) + 1;
        return prepared;
      },
      onNext: (_context, _id, _payload, args, result) => {
        // A subscription lives long: what its loaders remembered for one message is stale at the next.
        (args.contextValue as { loaders: unknown }).loaders = loaders.create();
        if (!result.errors) return undefined;
        return { ...result, errors: result.errors.map((error) => format(error.toJSON(), error)) } as never;
      },
      onError: (_context, _id, _payload, errors) =>
        errors.map((error) => format(asGraphql(error).toJSON(), error)) as never,
      onComplete: ({ extra }) => void (extra.operations = (extra.operations ?? 1) - 1),
    },
    sockets,
    12_000,
  );
  server.on('upgrade', (request, socket, head) => {
    if (request.url?.split('?')[0] !== graphqlPath) {
      socket.end('HTTP/1.1 404 Not Found\r\nconnection: close\r\n\r\n');
      return;
    }
    sockets.handleUpgrade(request, socket, head, (opened) => {
      sockets.emit('connection', opened, request);
      // graphql-ws would write to the console whatever a client does wrong, such as a message that is too large.
      opened.removeAllListeners('error');
      opened.on('error', (error) => logger.debug({ err: error }, 'a WebSocket broke'));
    });
  });
  return {
    close: async () => {
      for (const client of sockets.clients) client.close(1001, 'the server is stopping');
      await graphql.dispose();
    },
  };
}

/** A browser can say it in `connection_init` only; other clients may send the header with the handshake. */
function tokenHeader(parameters: Record<string, unknown> | undefined, extra: Extra): string | undefined {
  const given = parameters?.authorization ?? parameters?.Authorization;
  if (typeof given === 'string') return given;
  return (extra as unknown as { request: IncomingMessage }).request.headers.authorization;
}

function prepare(
  schema: GraphQLSchema,
  payload: SubscribePayload,
  contextValue: OperationContext,
): ExecutionArgs | readonly GraphQLError[] {
  try {
    const document = parseDocument(payload.query);
    const variables = payload.variables ?? {};
    const invalid = validate(schema, document);
    if (invalid.length > 0) return invalid.map((error) => withCode(error, 'GRAPHQL_VALIDATION_FAILED'));
    const tooMuch = limitErrors(schema, document, variables);
    if (tooMuch.length > 0) return tooMuch;
    if (!getOperationAST(document, payload.operationName)) {
      return [
        new GraphQLError('The document has no operation of that name.', { extensions: { code: 'BAD_USER_INPUT' } }),
      ];
    }
    return { schema, document, contextValue, operationName: payload.operationName ?? null, variableValues: variables };
  } catch (error) {
    return [asGraphql(error)];
  }
}

function parseDocument(query: string): DocumentNode {
  try {
    return parse(query, parseOptions);
  } catch (error) {
    throw withCode(error as GraphQLError, 'GRAPHQL_PARSE_FAILED');
  }
}

/** The codes that Apollo gives over HTTP. */
function withCode(error: GraphQLError, code: string): GraphQLError {
  const { message, nodes = null, source = null, positions = null } = error;
  return new GraphQLError(message, { nodes, source, positions, extensions: { code } });
}

function asGraphql(error: unknown): GraphQLError {
  return error instanceof GraphQLError
    ? error
    : new GraphQLError('The operation failed.', { originalError: error as Error });
}
