/**
 * Every limit of the wire, in one place; both ends assert them.
 * Units are in the names. A limit is raised here or nowhere.
 */
export const limits = {
  /** Events in one batch. */
  batchEventsMax: 5_000,
  /** One batch on the wire and, separately, after decompression. */
  batchBytesMax: 16 * 1024 * 1024,
  /** Nesting within an event of an unknown kind; known kinds have a fixed shape. */
  eventDepthMax: 32,
  /** A GraphQL or other REST request body. */
  requestBytesMax: 1024 * 1024,
  /** PID_MAX_LIMIT on 64-bit kernels (include/linux/threads.h). */
  pidMax: 4_194_304,
  /** TASK_COMM_LEN - 1. A few bytes more, since invalid UTF-8 is replaced by a longer character. */
  commCharactersMax: 64,
  /** Command line as captured; what is longer is cut and marked. */
  argsBytesMax: 4_096,
  argsCountMax: 2_048,
  pathCharactersMax: 4_096,
  nameCharactersMax: 255,
  labelsMax: 32,
  labelValueCharactersMax: 255,
  /** Runtimes give 64 hexadecimal digits; names of other tools' containers and pods fit too. */
  containerIdCharactersMax: 128,
  /** INET6_ADDRSTRLEN - 1 and a zone (`fe80::1%eth0`). */
  addressCharactersMax: 64,
  /** LOG_LINE_MAX of kernel/printk is 1 KiB; a record can be continued. */
  kernelLineCharactersMax: 2_048,
  /** Rows of an OOM report's task table, and processes that one group kill ends. */
  oomTasksMax: 2_000,
  oomVictimsMax: 1_000,
  /** A command before it is signed. */
  commandBytesMax: 64 * 1024,
  /** A silent command stream is dead after some of these. */
  commandHeartbeatMs: 15_000,
  zombiesMax: 1_000,
  reasonCharactersMax: 1_024,
  stepCharactersMax: 512,
  /** Findings of one answer, and the values in them; all of them together stay below `requestBytesMax`. */
  findingsMax: 500,
  factCharactersMax: 512,
  /** A week. */
  auditSecondsMax: 604_800,
  /** A page of any GraphQL connection. */
  pageDefault: 50,
  pageMax: 200,
  /** How far lineage is followed towards init. */
  ancestryDepthMax: 64,
} as const;

/** Keys of a host's labels: role, topology.kubernetes.io/zone. The characters of Kubernetes' keys, without their order. */
export const labelKeyPattern = /^[A-Za-z0-9][A-Za-z0-9_./-]{0,62}$/;
