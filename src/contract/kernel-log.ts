/** Wire events that come from the kernel's log (/dev/kmsg, facility 0). Memory is in bytes, whatever the kernel printed. */
import { z } from 'zod';
import { BootNanoseconds, count, id32, pid, ProcessRef, text } from './fields.js';
import { limits } from './limits.js';

/** `trap`: `traps: name[pid] trap …` and what else a fault without a handler prints. */
export const kernelLogTopics = ['segfault', 'general-protection', 'trap', 'hung-task', 'oom'] as const;

/** One line that speaks of one process. */
export const KernelLogEvent = z.object({
  kind: z.literal('kernel_log'),
  at: BootNanoseconds,
  /** Of /dev/kmsg; a boot numbers its lines from 0. */
  sequence: count.optional(),
  topic: z.enum(kernelLogTopics),
  process: ProcessRef.optional(),
  pid: pid.optional(),
  comm: text(limits.commCharactersMax).optional(),
  text: text(limits.kernelLineCharactersMax),
});

const signedCount = z.int().min(Number.MIN_SAFE_INTEGER).max(Number.MAX_SAFE_INTEGER);
const comm = text(limits.commCharactersMax);
const cgroupPath = text(limits.pathCharactersMax);
const oomScoreAdj = z.int().min(-1000).max(1000);

/** One row of the report's table "Tasks state". */
export const OomTask = z.object({
  pid,
  threadGroup: pid.optional(),
  uid: id32.optional(),
  comm,
  totalVm: count.optional(),
  rss: count.optional(),
  swap: count.optional(),
  pageTables: count.optional(),
  oomScoreAdj: oomScoreAdj.optional(),
});

/** Whom the OOM killer killed; more than one where it kills a group. */
export const OomVictim = z.object({
  pid,
  comm,
  process: ProcessRef.optional(),
  uid: id32.optional(),
  /** "score" of kernels before 5.3. */
  score: signedCount.optional(),
  oomScoreAdj: oomScoreAdj.optional(),
  totalVm: count.optional(),
  anonRss: count.optional(),
  fileRss: count.optional(),
  shmemRss: count.optional(),
  pageTables: count.optional(),
});

export const oomConstraints = ['none', 'cpuset', 'memory-policy', 'memcg'] as const;

/** A whole report of the OOM killer (mm/oom_kill.c), put together from its lines. */
export const OomReportEvent = z.object({
  kind: z.literal('oom_report'),
  at: BootNanoseconds,
  sequence: count.optional(),
  /** It was in the log before anybody watched. */
  reconstructed: z.boolean().optional(),
  constraint: z.enum(oomConstraints).optional(),
  /** The task that asked for memory. */
  trigger: z
    .object({
      pid: pid.optional(),
      comm,
      process: ProcessRef.optional(),
      gfpMask: text(limits.nameCharactersMax).optional(),
      order: z.int().min(-1).max(64).optional(),
      oomScoreAdj: oomScoreAdj.optional(),
    })
    .optional(),
  /** The cgroup whose limit was hit, and the one that the victim is in. */
  cgroup: cgroupPath.optional(),
  victimCgroup: cgroupPath.optional(),
  /** What the limits of `cgroup` were, in the kernel's order: memory, memory+swap or swap, kmem. */
  memory: z
    .array(
      z.object({
        name: text(32),
        usage: count,
        limit: count,
        /** How often the limit was hit (failcnt, max). */
        failures: count.optional(),
      }),
    )
    .max(8)
    .optional(),
  /** `memory.oom.group`: the whole cgroup was killed. */
  groupKill: z.boolean().optional(),
  victims: z.array(OomVictim).max(limits.oomVictimsMax),
  tasks: z.array(OomTask).max(limits.oomTasksMax),
  /** Lines of the report are missing: it was longer than we keep, or the log had lost some. */
  cut: z.boolean().optional(),
});

export type KernelLogEvent = z.infer<typeof KernelLogEvent>;
export type OomTask = z.infer<typeof OomTask>;
export type OomVictim = z.infer<typeof OomVictim>;
export type OomReportEvent = z.infer<typeof OomReportEvent>;
