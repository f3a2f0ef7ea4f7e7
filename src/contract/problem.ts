/** RFC 9457 problem details: the body of every REST error, `application/problem+json`. */
import { z } from 'zod';

export const Problem = z.looseObject({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  /** `area/what`, for programs. */
  code: z.string(),
  /** A sentence for people: what is wrong and what to do. */
  detail: z.string(),
  /** On 409 from `/v1/batches`: the highest event number committed. */
  committed: z.int().optional(),
});

export type Problem = z.infer<typeof Problem>;
