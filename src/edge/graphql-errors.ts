/** Whatever a resolver threw → a GraphQL error with a code and a sentence. A bug keeps its text to the log. */
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { Failure } from '../platform/errors.js';
import type { Logger } from '../platform/logger.js';
import { asTimeout } from '../store/statement-timeout.js';

/** Codes that graphql-js and Apollo give to what the caller got wrong. */
const callersFault = new Set([
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'BAD_USER_INPUT',
  'BAD_REQUEST',
  'OPERATION_RESOLUTION_FAILURE',
  'PERSISTED_QUERY_NOT_FOUND',
  'PERSISTED_QUERY_NOT_SUPPORTED',
]);

export function formatGraphqlError(logger: Logger) {
  return (formatted: GraphQLFormattedError, thrown: unknown): GraphQLFormattedError => {
    // What ends a subscription has no path, which Apollo's unwrapResolverError would insist on.
    const origin = thrown instanceof GraphQLError ? (thrown.originalError ?? thrown) : thrown;
    const cause = asTimeout(origin) ?? origin;
    const where = {
      ...(formatted.locations ? { locations: formatted.locations } : {}),
      ...(formatted.path ? { path: formatted.path } : {}),
    };
    if (cause instanceof Failure) {
      return { ...where, message: cause.message, extensions: { ...cause.extra, code: cause.code } };
    }
    const code = formatted.extensions?.code;
    const known = typeof code === 'string' && (callersFault.has(code) || code.includes('/'));
    const fromDocument = thrown instanceof GraphQLError && !thrown.originalError;
    if (known || fromDocument) {
      return { ...where, message: formatted.message, extensions: { code: known ? code : 'BAD_USER_INPUT' } };
    }
    logger.error({ err: cause }, 'a GraphQL operation failed');
    const message = 'Something went wrong here; the log of the API says what.';
    return { ...where, message, extensions: { code: 'platform/internal' } };
  };
}
