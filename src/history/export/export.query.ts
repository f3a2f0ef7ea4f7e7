/** The query string of `GET /v1/export`: the fields of GraphQL's `DeathFilter`; lists by repetition or commas. */
import { z } from 'zod';
import { Failure } from '../../platform/errors.js';
import { actorKinds, causes } from '../../verdict/index.js';
import { formatNames } from './formats.js';

const text = z.string().min(1).max(4_096);
const time = z.iso
  .datetime({ offset: true, error: 'a time as of RFC 3339, with its offset' })
  .transform((at) => new Date(at));
const number = z
  .string()
  .regex(/^\d{1,10}$/, 'a whole number')
  .transform(Number);

/** Of one kind: given once, several times, or with commas between. */
function list<T extends z.ZodType>(item: T) {
  return z.preprocess(
    (value) => [value].flat().flatMap((part) => String(part).split(',')),
    z.array(item).min(1).max(64),
  );
}

export const ExportQuery = z
  .strictObject({
    format: z.enum(formatNames).default('native'),
    /** `Death.id` of the last line that arrived: goes on after it. */
    after: z.string().max(64).optional(),
    limit: number.pipe(z.int().min(1)).optional(),
    host: text.optional(),
    since: time.optional(),
    until: time.optional(),
    cause: list(z.enum(causes)).optional(),
    actor: list(z.enum(actorKinds)).optional(),
    signal: list(number.pipe(z.int().min(1).max(64))).optional(),
    unit: text.optional(),
    exe: text.optional(),
    command: text.optional(),
    loginUser: text.optional(),
    pid: number
      .pipe(
        z
          .int()
          .min(1)
          .max(2 ** 22),
      )
      .optional(),
  })
  .refine(({ since, until }) => !since || !until || since < until, { path: ['until'], message: 'is not after since' });

export type ExportQuery = z.infer<typeof ExportQuery>;

/** @throws Failure `history/bad-request` that names the parameter. */
export function parseExportQuery(query: unknown): ExportQuery {
  const parsed = ExportQuery.safeParse(query);
  if (parsed.success) return parsed.data;
  const detail = parsed.error.issues.map(({ path, message }) => [path.join('.'), message].filter(Boolean).join(': '));
  throw new Failure({ code: 'history/bad-request', status: 400, detail: `${detail.join('; ')}.` });
}
