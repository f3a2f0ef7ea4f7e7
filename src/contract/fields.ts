/** Fields that several wire events share. */
import { z } from 'zod';
import { labelKeyPattern, limits } from './limits.js';

export const text = (charactersMax: number) => z.string().max(charactersMax);

/** Nanoseconds since boot. */
export const BootNanoseconds = z.string().regex(/^(0|[1-9][0-9]{0,17})$/);

export const pid = z.int().min(0).max(limits.pidMax);
export const id32 = z.int().min(0).max(0xffff_ffff);
export const count = z.int().min(0).max(Number.MAX_SAFE_INTEGER);

/** A label of a host: role=db. */
export const Label = z.object({
  key: z.string().regex(labelKeyPattern),
  value: text(limits.labelValueCharactersMax),
});

/** One process life on one boot: thread group id and start time. */
export const ProcessRef = z.object({ pid, start: BootNanoseconds });

export const User = z.object({ uid: id32, name: text(limits.nameCharactersMax).optional() });

/** The login that a process descends from; survives sudo and su (loginuid, sessionid of the audit subsystem). */
export const Login = z.object({
  user: User,
  session: id32.optional(),
  /** Where an ssh login came from: the client's address of SSH_CONNECTION. */
  sourceAddress: text(limits.addressCharactersMax).min(1).optional(),
});

export const Container = z.object({
  id: text(limits.containerIdCharactersMax).min(1),
  /** `docker`, `containerd`, `cri-o`, `podman` */
  runtime: text(32).min(1),
  /** Kubernetes' uid of the pod. */
  pod: text(limits.containerIdCharactersMax).min(1).optional(),
});

export type Label = z.infer<typeof Label>;
export type ProcessRef = z.infer<typeof ProcessRef>;
export type User = z.infer<typeof User>;
export type Login = z.infer<typeof Login>;
export type Container = z.infer<typeof Container>;
