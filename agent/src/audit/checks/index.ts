/** All checks, by the contract's names; the compiler knows when one is missing. */
import type { AgentCheck } from '../../contract.js';
import type { Check } from '../facts.js';
import { coreDumpsLost } from './core-dumps-lost.js';
import { coreLimit } from './core-limit.js';
import { cronKills } from './cron-kills.js';
import { deafContainerInit } from './deaf-container-init.js';
import { deletedExecutable } from './deleted-executable.js';
import { deletedLibrary } from './deleted-library.js';
import { fileLimit } from './file-limit.js';
import { holdsCapKill } from './holds-cap-kill.js';
import { ignoresSigterm } from './ignores-sigterm.js';
import { kernelLogHidesOom } from './kernel-log-hides-oom.js';
import { likelyOomVictim } from './likely-oom-victim.js';
import { memoryMaxMissing } from './memory-max-missing.js';
import { noSigtermHandler } from './no-sigterm-handler.js';
import { oomPolicy } from './oom-policy.js';
import { oomProtected } from './oom-protected.js';
import { overcommit } from './overcommit.js';
import { pidsCgroup } from './pids-cgroup.js';
import { processLimit } from './process-limit.js';
import { restartMissing } from './restart-missing.js';
import { rootWithoutNeed } from './root-without-need.js';
import { sigchldIgnored } from './sigchld-ignored.js';
import { stopped } from './stopped.js';
import { stopTimeout } from './stop-timeout.js';
import { uninterruptible } from './uninterruptible.js';
import { unsupervisedDaemon } from './unsupervised-daemon.js';
import { zombies } from './zombies.js';

export const checks: Readonly<Record<AgentCheck, Check>> = {
  IGNORES_SIGTERM: ignoresSigterm,
  NO_SIGTERM_HANDLER: noSigtermHandler,
  DEAF_CONTAINER_INIT: deafContainerInit,
  UNSUPERVISED_DAEMON: unsupervisedDaemon,
  RESTART_MISSING: restartMissing,
  STOP_TIMEOUT: stopTimeout,
  OOM_POLICY: oomPolicy,
  MEMORY_MAX_MISSING: memoryMaxMissing,
  OOM_PROTECTED: oomProtected,
  LIKELY_OOM_VICTIM: likelyOomVictim,
  OVERCOMMIT: overcommit,
  ZOMBIES: zombies,
  UNINTERRUPTIBLE: uninterruptible,
  STOPPED: stopped,
  CORE_DUMPS_LOST: coreDumpsLost,
  CORE_LIMIT: coreLimit,
  FILE_LIMIT: fileLimit,
  PROCESS_LIMIT: processLimit,
  PIDS_CGROUP: pidsCgroup,
  DELETED_EXECUTABLE: deletedExecutable,
  DELETED_LIBRARY: deletedLibrary,
  ROOT_WITHOUT_NEED: rootWithoutNeed,
  CRON_KILLS: cronKills,
  SIGCHLD_IGNORED: sigchldIgnored,
  KERNEL_LOG_HIDES_OOM: kernelLogHidesOom,
  HOLDS_CAP_KILL: holdsCapKill,
};
