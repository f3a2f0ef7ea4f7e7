/**
 * `POST /v1/enroll`: a one-use token becomes a host's own credential.
 *
 * The token travels in `Authorization: Bearer`. The answer is the only time that the credential is seen: both ends
 * keep it to themselves, the server only its SHA-256. Enrolling a machine id again keeps the host's history and
 * revokes its earlier credentials.
 */
import { z } from 'zod';
import { limits } from './limits.js';

export const EnrollRequest = z.object({
  /** /etc/machine-id, or what stands in for it: survives reboots and re-enrolment. */
  machineId: z.string().regex(/^[0-9a-f]{32}$/),
  name: z
    .string()
    .min(1)
    .max(limits.nameCharactersMax)
    .regex(/^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$/),
});

export const EnrollReply = z.object({
  hostId: z.string(),
  credential: z.string(),
  /**
   * The raw Ed25519 public key (32 bytes, base64) that commands are signed with: pinned from now on. Without it the server
   * commands nobody, and the agent takes no commands.
   */
  commandKey: z.base64().optional(),
});

export type EnrollRequest = z.infer<typeof EnrollRequest>;
export type EnrollReply = z.infer<typeof EnrollReply>;
