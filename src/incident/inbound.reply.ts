/** What hooks answer with. */
import { z } from 'zod';

const text = z.object({ en: z.string(), zh: z.string() });

export const ContextReply = z.object({
  /** As it was asked for; null where nothing said which. */
  host: z.string().nullable(),
  /** Whether a host of that name is enrolled here. */
  isKnown: z.boolean(),
  since: z.string(),
  /** Latest first. */
  deaths: z.array(
    z.object({
      /** `Death.id` of the GraphQL API. */
      id: z.string(),
      at: z.string(),
      pid: z.int(),
      comm: z.string().nullable(),
      exe: z.string().nullable(),
      unit: z.string().nullable(),
      exitCode: z.int().nullable(),
      signal: z.int().nullable(),
      /** These four are null until it is decided, which takes moments. */
      cause: z.string().nullable(),
      actor: z.string().nullable(),
      confidence: z.number().nullable(),
      summary: text.nullable(),
    }),
  ),
  /** There were more. */
  isCut: z.boolean(),
});
export type ContextReply = z.output<typeof ContextReply>;

/** A job that was asked for: it waits for an approval; or why there is none. */
export const JobAskedReply = z.object({
  id: z.string().nullable(),
  state: z.string().nullable(),
  code: z.string().nullable(),
  detail: z.string().nullable(),
});
export type JobAskedReply = z.output<typeof JobAskedReply>;

export const HookReply = z.object({ context: ContextReply, job: JobAskedReply.nullable() });
export type HookReply = z.output<typeof HookReply>;

export const AlertmanagerReply = z.object({
  /** Each host once. */
  context: z.array(ContextReply),
  jobs: z.array(JobAskedReply.extend({ fingerprint: z.string() })),
});
export type AlertmanagerReply = z.output<typeof AlertmanagerReply>;
