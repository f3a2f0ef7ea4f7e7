/**
 * The rules in the order in which they are asked; the first finding is the verdict.
 *
 * 0. Who stops things for a living: service managers, container runtimes, daemons that free memory. They stand before all
 *    else because a stop that went well looks like an exit (EXITED, FAILED), and one by cgroup.kill like CGROUP_KILL. Known by
 *    the sender. SHUTDOWN before the stops that it is made of, WATCHDOG and the timeout before the plain stop; REMEDIATION before
 *    all that our own jobs make use of.
 * 1. Exits: the wait status alone decides between exit and signal, so nothing below can apply to them.
 * 2. What the kernel makes for a reason that signal and si_code name with certainty. BROKEN_PIPE and RESOURCE_LIMIT stand
 *    before SIGNALED because the kernel sends these in the victim's own name, which looks like kill(getpid(), …).
 *    OOM_CGROUP and OOM_GLOBAL need the kernel's report; where somebody sent the SIGKILL, they leave it to SIGNALED.
 *    CGROUP_KILL and PARENT_DEATH are sent in somebody's name, so they too stand before SIGNALED.
 * 3. SIGNALED: somebody in user space sent it, whatever its number.
 * 4. UNKNOWN always answers, and says what is known.
 */
import type { Rule } from '../rule.js';
import { aborted } from './aborted.js';
import { brokenPipe } from './broken-pipe.js';
import { cgroupKill } from './cgroup-kill.js';
import { containerStop } from './container-stop.js';
import { crashed } from './crashed.js';
import { exited } from './exited.js';
import { failed } from './failed.js';
import { hangup } from './hangup.js';
import { keyboard } from './keyboard.js';
import { namespaceTeardown } from './namespace-teardown.js';
import { oomCgroup } from './oom-cgroup.js';
import { oomGlobal } from './oom-global.js';
import { oomUserspace } from './oom-userspace.js';
import { parentDeath } from './parent-death.js';
import { remediation } from './remediation.js';
import { resourceLimit } from './resource-limit.js';
import { seccomp } from './seccomp.js';
import { serviceStop } from './service-stop.js';
import { serviceStopTimeout } from './service-stop-timeout.js';
import { shutdown } from './shutdown.js';
import { signaled } from './signaled.js';
import { timer } from './timer.js';
import { unknown } from './unknown.js';
import { watchdog } from './watchdog.js';

export const rules: readonly Rule[] = Object.freeze([
  shutdown,
  remediation,
  watchdog,
  serviceStopTimeout,
  serviceStop,
  containerStop,
  oomUserspace,
  exited,
  failed,
  crashed,
  aborted,
  brokenPipe,
  timer,
  keyboard,
  hangup,
  resourceLimit,
  seccomp,
  oomCgroup,
  oomGlobal,
  namespaceTeardown,
  cgroupKill,
  parentDeath,
  signaled,
]);

/** Answers when no rule does. */
export const lastRule = unknown;
