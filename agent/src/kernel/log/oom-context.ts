/**
 * What an OOM report says of its reason: who asked for memory, which constraint and cgroup, and what the limits were.
 * dump_header() of mm/oom_kill.c, mem_cgroup_print_oom_context() and _meminfo() of mm/memcontrol.c.
 *
 *   name invoked oom-killer: gfp_mask=0xd0, order=0, oom_adj=0                                          2.6.32
 *   name invoked oom-killer: gfp_mask=0xd0, order=0, oom_score_adj=0                                    3.x
 *   name invoked oom-killer: gfp_mask=0x24200ca(GFP_…), nodemask=(null), order=0, oom_score_adj=0       4.6
 *   name invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0, oom_score_adj=0                       5.0
 *   Pid: 1, comm: name Not tainted 2.6.32    CPU: 0 PID: 1 Comm: name …    CPU: 0 UID: 0 PID: 1 Comm: name …
 *   Task in /b killed as a result of limit of /a                                                        up to 4.20
 *   oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=/,mems_allowed=0,oom_memcg=/a,task_memcg=/b,task=name,pid=1,uid=0
 *   memory: usage 102400kB, limit 102400kB, failcnt 12      memory+swap: …    swap: …    kmem: …
 */
import { cutText } from '../../bytes/text.js';
import { limits, type OomReportEvent } from '../../contract.js';
import { clampCount, scoreAdjOfAdj } from './oom-task-table.js';
import type { Constraint } from './oom-victim.js';

export type Trigger = NonNullable<OomReportEvent['trigger']>;
export type MemoryLimit = NonNullable<OomReportEvent['memory']>[number];

const invoked = ' invoked oom-killer: ';

export function parseTrigger(text: string): Trigger | undefined {
  const at = text.indexOf(invoked);
  if (at < 1 || at > limits.commCharactersMax) return undefined;
  const rest = text.slice(at + invoked.length);
  const gfpMask = /\bgfp_mask=([^, ]{1,255})/.exec(rest)?.[1];
  const order = Number(/\border=(-?\d{1,3})\b/.exec(rest)?.[1] ?? NaN);
  const scoreAdj = /\boom_score_adj=(-?\d{1,5})\b/.exec(rest)?.[1];
  const adj = /\boom(?:kill)?_?adj=(-?\d{1,3})\b/.exec(rest)?.[1];
  const oomScoreAdj = scoreAdj === undefined ? scoreAdjOfAdj(adj === undefined ? adj : Number(adj)) : Number(scoreAdj);
  return {
    comm: text.slice(0, at),
    ...(gfpMask !== undefined && { gfpMask }),
    ...(order >= -1 && order <= 64 && { order }),
    ...(oomScoreAdj !== undefined && Math.abs(oomScoreAdj) <= 1000 && { oomScoreAdj }),
  };
}

/** The thread that asked: dump_stack() says its number. */
export function parseTriggerPid(text: string, comm: string): number | undefined {
  const found = /^(?:CPU: \d{1,5} (?:UID: \d{1,10} )?PID|Pid): (\d{1,7})(?:,)? [Cc]omm: /.exec(text);
  const pid = Number(found?.[1] ?? 0);
  const isSame = found && text.startsWith(`${comm} `, found[0].length);
  return isSame && pid > 0 && pid <= limits.pidMax ? pid : undefined;
}

export interface Placement {
  readonly constraint: Constraint;
  readonly cgroup?: string;
  readonly victimCgroup?: string;
}

const constraints: Readonly<Record<string, Constraint>> = {
  CONSTRAINT_NONE: 'none',
  CONSTRAINT_CPUSET: 'cpuset',
  CONSTRAINT_MEMORY_POLICY: 'memory-policy',
  CONSTRAINT_MEMCG: 'memcg',
};

/** A path may hold anything: the fields after it are looked for from the end. */
export function parseConstraint(text: string): Placement | undefined {
  const name = /^oom-kill:constraint=(CONSTRAINT_[A-Z_]{1,20}),/.exec(text)?.[1];
  if (name === undefined || !Object.hasOwn(constraints, name)) return undefined;
  const task = text.lastIndexOf(',task=');
  const taskMemcg = text.lastIndexOf(',task_memcg=', task < 0 ? text.length : task);
  const oomMemcg = text.indexOf(',oom_memcg=');
  const end = task < 0 ? text.length : task;
  return {
    constraint: oomMemcg > 0 ? 'memcg' : constraints[name],
    ...(oomMemcg > 0 && { cgroup: path(text.slice(oomMemcg + 11, taskMemcg < 0 ? end : taskMemcg)) }),
    ...(taskMemcg > 0 && { victimCgroup: path(text.slice(taskMemcg + 12, end)) }),
  };
}

const limitOf = ' as a result of limit of ';

export function parseTaskInCgroup(text: string): Placement | undefined {
  const killed = text.indexOf(' killed');
  if (!text.startsWith('Task in /') || killed < 0) return undefined;
  const split = text.indexOf(` killed${limitOf}`);
  // 2.6.32 writes the second half with a printk of its own.
  if (split < 0) return { constraint: 'memcg', victimCgroup: path(text.slice(8, text.lastIndexOf(' killed'))) };
  const cgroup = path(text.slice(split + 7 + limitOf.length));
  return { constraint: 'memcg', cgroup, victimCgroup: path(text.slice(8, split)) };
}

/** The second half, on a line of its own. */
export function parseLimitOf(text: string): Placement | undefined {
  const rest = text.trimStart();
  const words = limitOf.trimStart();
  return rest.startsWith(`${words}/`) ? { constraint: 'memcg', cgroup: path(rest.slice(words.length)) } : undefined;
}

const limitPattern =
  /^(memory|memory\+swap|swap|kmem): usage (\d{1,20})kB, limit (\d{1,20})kB(?:, failcnt (\d{1,20}))?/;

export function parseMemoryLimit(text: string): MemoryLimit | undefined {
  const [, name = '', usage, limit, failures] = limitPattern.exec(text) ?? [];
  if (name === '') return undefined;
  return {
    name,
    usage: clampCount(Number(usage) * 1024),
    limit: clampCount(Number(limit) * 1024),
    ...(failures !== undefined && { failures: clampCount(Number(failures)) }),
  };
}

function path(text: string): string {
  return cutText(text.trimEnd(), limits.pathCharactersMax);
}
