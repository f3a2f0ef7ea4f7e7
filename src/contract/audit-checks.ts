/** Names that audits use on the wire, in rows and in the API. No schema library: the agent takes these as values. */

/** What an agent can look for; the texts for people are the server's (src/audit/texts). New ones go to the end. */
export const agentChecks = [
  'IGNORES_SIGTERM',
  'NO_SIGTERM_HANDLER',
  'DEAF_CONTAINER_INIT',
  'UNSUPERVISED_DAEMON',
  'RESTART_MISSING',
  'STOP_TIMEOUT',
  'OOM_POLICY',
  'MEMORY_MAX_MISSING',
  'OOM_PROTECTED',
  'LIKELY_OOM_VICTIM',
  'OVERCOMMIT',
  'ZOMBIES',
  'UNINTERRUPTIBLE',
  'STOPPED',
  'CORE_DUMPS_LOST',
  'CORE_LIMIT',
  'FILE_LIMIT',
  'PROCESS_LIMIT',
  'PIDS_CGROUP',
  'DELETED_EXECUTABLE',
  'DELETED_LIBRARY',
  'ROOT_WITHOUT_NEED',
  'CRON_KILLS',
  'SIGCHLD_IGNORED',
  'KERNEL_LOG_HIDES_OOM',
  'HOLDS_CAP_KILL',
] as const;

/** What the server knows by itself. */
export const serverChecks = ['AGENT_LOWER_RUNG', 'AGENT_OUTDATED', 'AGENT_SILENT', 'STOPS_CUT_SHORT'] as const;

/** What an answer to `Question.filter` names its findings. */
export const filterCheck = 'MATCHES_FILTER';

export const severities = ['INFO', 'WARNING', 'CRITICAL'] as const;

/** Letters of proc_pid_stat(5). */
export const processStates = ['R', 'S', 'D', 'T', 't', 'Z', 'I', 'X'] as const;

export type AgentCheck = (typeof agentChecks)[number];
export type ServerCheck = (typeof serverChecks)[number];
export type Severity = (typeof severities)[number];
