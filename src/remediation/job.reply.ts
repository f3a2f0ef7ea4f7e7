/** A job as REST answers it; GraphQL has the rest. */
import { z } from 'zod';
import { actions } from '../remedy/index.js';
import { jobStates } from '../store/job.rows.js';

export const JobReply = z.object({
  id: z.uuid(),
  action: z.enum(actions),
  state: z.enum(jobStates),
  dryRun: z.boolean(),
  reason: z.string(),
  detail: z.string().nullable(),
  code: z.string().nullable(),
  requestedBy: z.string(),
  requestedAt: z.iso.datetime(),
  deadline: z.iso.datetime(),
  endedAt: z.iso.datetime().nullable(),
  approvalsNeeded: z.int(),
  /** SHA-256, hexadecimal; null where the guards object. */
  planDigest: z.string().nullable(),
  risk: z.enum(['ROUTINE', 'RISKY', 'DANGEROUS']).nullable(),
  warnings: z.array(z.string()),
  steps: z.array(z.object({ host: z.string(), steps: z.array(z.string()) })),
  objections: z.array(z.object({ code: z.string(), host: z.string().nullable(), text: z.string() })),
});

export type JobReply = z.infer<typeof JobReply>;
