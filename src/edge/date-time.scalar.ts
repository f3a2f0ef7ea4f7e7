/** DateTime: RFC 3339 text, UTC on the way out; an offset is required on the way in, so that no time zone is guessed. */
import { GraphQLError, GraphQLScalarType, Kind } from 'graphql';

const rfc3339 = /^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}(:\d{2}(\.\d+)?)?([Zz]|[+-]\d{2}:\d{2})$/;

/** What fits both four digits of a year and a timestamp of Postgres, in any offset. */
const [earliest, latest] = [new Date('0001-01-02T00:00:00Z'), new Date('9999-12-30T00:00:00Z')];

export const DateTime = new GraphQLScalarType<Date, string>({
  name: 'DateTime',
  description: 'An instant, RFC 3339, UTC.',
  serialize: (value) => (value as Date).toISOString(),
  parseValue: parse,
  parseLiteral: (node) => parse(node.kind === Kind.STRING ? node.value : null),
});

function parse(value: unknown): Date {
  const instant = typeof value === 'string' && rfc3339.test(value) && hasDay(value) ? new Date(value) : null;
  if (instant && instant >= earliest && instant <= latest) return instant;
  throw new GraphQLError('DateTime is an RFC 3339 instant with its offset, such as "2026-11-21T09:30:00Z".', {
    extensions: { code: 'BAD_USER_INPUT' },
  });
}

/** `new Date` makes the second of March of the thirtieth of February. */
function hasDay(text: string): boolean {
  const day = text.slice(0, 10);
  const midnight = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(midnight.getTime()) && midnight.toISOString().startsWith(day);
}
