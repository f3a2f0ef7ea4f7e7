/**
 * Arrays as Postgres writes them ("Array Input and Output Syntax" of its manual), for the driver: it would otherwise ask every new
 * connection what array types there are, and nobody catches what happens when the connection is lost meanwhile
 * (docs/decisions/2026-11-21-postgres-driver.md). One dimension; nothing here stores more.
 */
type Scalar = string | number | bigint | boolean | Date | null;

interface ArrayType {
  readonly to: number;
  readonly from: number[];
  readonly serialize: (values: unknown) => unknown;
  readonly parse: (text: string) => unknown[];
}

const asText = (text: string) => text;

/** Object ids are those of pg_type.dat; a type that is not here comes as text. */
export const arrayTypes = {
  bools: arrayType(1000, (text) => text === 't'),
  int2s: arrayType(1005, Number),
  int4s: arrayType(1007, Number),
  int8s: arrayType(1016, BigInt),
  float4s: arrayType(1021, Number),
  float8s: arrayType(1022, Number),
  names: arrayType(1003, asText),
  texts: arrayType(1009, asText),
  varchars: arrayType(1015, asText),
  inets: arrayType(1041, asText),
  timestamps: arrayType(1185, (text) => new Date(text)),
  numerics: arrayType(1231, asText),
  uuids: arrayType(2951, asText),
  jsonbs: arrayType(3807, (text) => JSON.parse(text) as unknown),
} as const;

function arrayType(id: number, read: (text: string) => unknown): ArrayType {
  return {
    to: id,
    from: [id],
    serialize: (values) => (Array.isArray(values) ? writeArray(values as Scalar[]) : values),
    parse: (text) => readArray(text).map((one) => (one === null ? null : read(one))),
  };
}

/** `{"a","b \"c\"",null}` */
export function writeArray(values: readonly Scalar[]): string {
  return `{${values.map(writeElement).join(',')}}`;
}

function writeElement(value: Scalar): string {
  if (value === null) return 'null';
  const text = value instanceof Date ? value.toISOString() : String(value);
  return `"${text.replaceAll(/[\\"]/g, String.raw`\$&`)}"`;
}

const element = /"((?:[^"\\]|\\.)*)"|([^,{}"]+)/gs;

/** @returns the elements as text; null for NULL without quotes. */
export function readArray(text: string): (string | null)[] {
  return [...text.matchAll(element)].map(([, quoted, bare]) => {
    if (quoted !== undefined) return quoted.replaceAll(/\\(.)/gs, '$1');
    return bare === 'NULL' ? null : bare!;
  });
}
