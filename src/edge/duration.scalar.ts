/** Duration: a span of whole hours, as people write it (`6h`, `1d`) or as ISO 8601 does (`PT6H`, `P1D`, `P1W`). */
import { GraphQLError, GraphQLScalarType, Kind } from 'graphql';

const short = /^(?<hours>\d{1,5})h$|^(?<days>\d{1,4})d$|^(?<weeks>\d{1,3})w$/i;
const iso = /^P(?=.)(?:(?<weeks>\d{1,3})W)?(?:(?<days>\d{1,4})D)?(?:T(?<hours>\d{1,5})H)?$/;
/** A leap year. */
const hoursMax = 366 * 24;

/** Internally: hours. */
export const Duration = new GraphQLScalarType<number, string>({
  name: 'Duration',
  description: 'A span of whole hours: `1h`, `6h`, `1d`, `7d`, or ISO 8601, `PT6H`, `P1D`, `P1W`.',
  serialize: (value) => `PT${value as number}H`,
  parseValue: parse,
  parseLiteral: (node) => parse(node.kind === Kind.STRING ? node.value : null),
});

function parse(value: unknown): number {
  const found = typeof value === 'string' ? (short.exec(value) ?? iso.exec(value))?.groups : undefined;
  const { weeks, days, hours } = found ?? {};
  const total = (Number(weeks ?? 0) * 7 + Number(days ?? 0)) * 24 + Number(hours ?? 0);
  if (total >= 1 && total <= hoursMax) return total;
  throw new GraphQLError(
    'Duration is a span of whole hours, at least one and at most 366 days, such as "1h", "1d", "PT6H" or "P1W".',
    { extensions: { code: 'BAD_USER_INPUT' } },
  );
}
