/** Every limit of the agent that is not the wire's (those are in the contract). Units are in the names. */
export const agentLimits = {
  /** Lives that ended and can still be referred to: senders, parents, late signals. */
  endedLivesMax: 4_096,
  /** A fork is held back this long, since most are followed by an exec that says it better. */
  forkHeldMs: 100,
  /** Records handled in one turn of the event loop. */
  recordsPerTurnMax: 2_048,
  pollBusyMs: 20,
  /** At the end, so long is a record waited for that is still being written. */
  lastRecordMs: 100,
  /** After a turn with fewer the next look may wait as long as a fork is held back. */
  recordsFewMax: 64,
  /** After a turn without records: as long as most, unless there are many processors. Each makes 4 MB of records a second at full
   * speed: the more there are, the sooner the ring would be full. */
  pollIdleMsMin: 50,
  pollIdleMsMax: 500,
  pollIdleMsMaxOfOneProcessor: 1_600,
  /** The procfs rung looks this often. */
  procfsPollMs: 1_000,
  /** The tracefs rung looks this often while nothing happens; what it tells is at most this late. */
  tracePollIdleMs: 100,
  /** Buffers of the tracing instance: of each CPU, and of all together as far as the least allows. */
  traceBufferKibPerCpuMax: 4_096,
  traceBufferKibPerCpuMin: 256,
  traceBufferKibMax: 32_768,
  /** The clock is compared anew, since a sleeping host stops some clocks and not others. */
  traceClockCheckMs: 1_000,
  /** What the next agent is to know of living processes is written anew beyond this. */
  traceLivesBytesMax: 1024 * 1024,
  /** The kernel log is looked at this often; a line waits one look for the records that were made before it. */
  kernelLogPollMs: 1_000,
  /** Lines of the kernel log in one turn of the event loop. */
  kernelLogLinesPerTurnMax: 4_096,
  /** Found in the kernel log and not told yet. */
  kernelLogFindingsMax: 16_384,
  /** An OOM report that lacks its end is told after this long without a line of it. */
  oomReportQuietMs: 2_000,
  /** The kernel's count of OOM kills is compared with the reports this often, and must differ twice. */
  oomCheckMs: 5_000,
  /** Cgroups of living processes are asked for their own counts this often, so many of them. */
  oomCgroupsMs: 60_000,
  oomCgroupsMax: 256,
  /** When a daemon ended somebody to free memory, the memory is looked at, unless that was long ago. */
  memoryLookLateMs: 10_000,
  memoryLooksPerSecondMax: 32,
  /** Readings of /proc/PID/cgroup after an exec, per turn: under load the parent's cgroup is taken instead. */
  cgroupReadsPerTurnMax: 16,
  /** An episode is told when it has lasted this long. */
  zombieGraceMs: 2_000,
  stoppedGraceMs: 2_000,
  uninterruptibleGraceMs: 5_000,
  /** Episodes that are open or suspected; more are left to the next process list. */
  episodesMax: 2_048,
  /** Looks at processes with an episode, open or suspected. */
  episodeLooksPerSecondMax: 128,
  /** Where the kernel can list who is stopped or uninterruptible, it is asked this often, or more seldom on a host with
   * very many threads: it may take this part of a processor. */
  haltedCheckMs: 2_000,
  haltedShareMax: 0.0003,
  /** Elsewhere, looks at living processes in turn: 13 us each, so 0.04 % of a processor, and 5,000 are seen in 160 s. */
  stateLooksPerSecond: 32,
  /** Ends of the last grace time: 8,192 a second before any is asked for early. */
  uncheckedDeathsMax: 16_384,
  /** Cgroups whose path is remembered. */
  cgroupsMax: 16_384,
  /** Login sessions whose ssh source is remembered. */
  sessionsMax: 4_096,
  /** Processes of one session that are asked where it came from. */
  sshLooksPerSession: 32,
  /** After an overrun the process list is taken anew, though not more often than this. */
  snapshotIntervalMs: 5_000,
  /** What the probe counted instead of recording it is read this often. */
  countsIntervalMs: 1_000,
  /** How often the kernel left the probe out is read this often. */
  missesIntervalMs: 10_000,
  /** A cgroup of which nothing was withheld for so long is throttled no more. */
  throttleStopMs: 3_000,
  /** systemd-coredump compresses after the process is gone: so long its file is looked for. */
  coreDumpWaitMs: 20_000,
  coreDumpsWaitingMax: 64,
  /** Events in memory while the spool cannot be written. */
  bufferBytesMax: 64 * 1024 * 1024,
  spoolMibDefault: 256,
  spoolMibMax: 1024 * 1024,
  /** One file of the spool, or a quarter of a spool that is smaller than four of them. */
  spoolSegmentBytes: 1024 * 1024,
  /** Events are durable at the latest this long after they were read, if they are not delivered by then. */
  spoolSyncMs: 200,
  /** How often the ledger is told while events come. */
  ledgerMs: 10_000,
  /** A disk that failed is tried again this often. */
  spoolRetryMs: 5_000,
  /** One batch before compression; the wire allows more, a small one keeps the event loop free. */
  batchBytesMax: 512 * 1024,
  flushMs: 100,
  /** What nobody waits for travels with the next event that somebody may wait for, or this late. */
  lazyFlushMs: 5_000,
  compressFromBytes: 1024,
  backoffFirstMs: 200,
  backoffMaxMs: 5_000,
  /** A server may ask for patience, up to this. */
  retryAfterMaxMs: 60_000,
  unauthorizedRetryMs: 10_000,
  requestTimeoutMs: 30_000,
  /** The doctor does not wait longer for an answer, and calls a clock that is further off wrong. */
  healthTimeoutMs: 5_000,
  clockSkewMs: 5_000,
  replyBytesMax: 1024 * 1024,
  /** Events refused one after the other before we suspect the server and wait instead of losing more. */
  rejectedInRowMax: 8,
  stopFlushMs: 3_000,
  /** One message on the command stream: an envelope at its largest. */
  commandMessageCharactersMax: 192 * 1024,
  /** A silent command stream is dead after so many of the contract's heartbeats. */
  commandHeartbeatsMissed: 2.5,
  /** An API without commands, or one that does not want to give us any, is asked again this late. */
  commandsRefusedRetryMs: 60_000,
  commandsRunningMax: 4,
  commandsWaitingMax: 64,
  /** Ids of commands are kept this long past their expiry, up to so many: then the hour's cap is reached as well. */
  commandsKeptMs: 3_600_000,
  commandsKeptMax: 4_096,
  commandJournalBytesMax: 1024 * 1024,
  commandsPerHour: { fallback: 60, most: 1_000 },
  reportsWaitingMax: 512,
  /** How commands ended is in the journal: the next agent tells it. */
  stopReportsMs: 1_000,
  programOutputBytesMax: 64 * 1024,
  /** After its end, until its pipes are closed: a daemon that it started may hold on to them. */
  programPipesMs: 250,
  /** Asking about a service, and restarting it: systemd itself gives up a stop and a start after 90 s each by default. */
  serviceLookMs: 10_000,
  serviceRestartMs: 200_000,
  /** A killed process is gone within this, a terminated one may be; a resumed one runs. */
  killedWaitMs: 5_000,
  terminatedWaitMs: 2_000,
  resumedWaitMs: 1_000,
  /** After SIGCHLD, SIGTERM and SIGKILL of a parent of zombies. */
  zombiesWaitMs: [1_000, 5_000, 5_000],
  /** An operator sees the reboot come; the host is given so long until that counts as failed. */
  rebootWaitMs: 300_000,
  /** An audit looks for so long, then leaves the processor to others: a third of one at most, and the event loop stays free. */
  auditSliceMs: 4,
  auditRestMs: 8,
  /** Processes that are stopped, uninterruptible or zombies are looked at again: in passing that is nothing. */
  auditSecondLookMs: 1_000,
  auditProcessesMax: 65_536,
  auditFindingsPerCheckMax: 100,
  auditAnswerBytesMax: 768 * 1024,
  auditQuestionsWaitingMax: 32,
  auditQuestionsPerHourMax: 120,
  /** Ids of questions that were answered, so that none is twice. */
  auditQuestionsKeptMax: 1_024,
  /** /proc/PID/maps, read for libraries that were deleted. */
  auditMapsBytesMax: 256 * 1024,
  auditCronFilesMax: 1_000,
  auditUnitsMax: 1_024,
  /** Units in one call of systemctl: its output is bounded. */
  auditUnitsPerLook: 32,
  auditCgroupsMax: 4_096,
  passwdCheckMs: 2_000,
  /** /proc/PID/cmdline, environment-free command lines and cgroup files are read up to here. */
  procFileBytesMax: 64 * 1024,
  configFileBytesMax: 64 * 1024,
  redactNamesMax: 256,
  ownUseCheckMs: 3_000,
  /** Then the start is over. */
  startupMs: 2_000,
  /** Our own resident memory and use of the processors: defaults, and the most that can be set. */
  memoryMib: { fallback: 300, most: 1024 * 1024 },
  cpuPercent: { fallback: 100, most: 100_000 },
} as const;
