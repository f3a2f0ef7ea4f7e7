/**
 * How sure a verdict may be. A finding is as sure as its weakest link, so links are combined by minimum; only a loss
 * multiplies, since what is missing could concern any link.
 */
export const certainty = {
  /** The record names it by identity. Not 1: the sensor's own code can be wrong. */
  exact: 0.99,
  /** The victim's parent is not known, so a sender that is the parent would not be recognised. */
  lineageMissing: 0.9,
  /** The sensor sees no signals (or is not known and recorded none): one may have been behind it. */
  signalsUnseen: 0.9,
  /** The kernel killed it while it ran, and its hard limit of processor time was used up: it bears no other mark. */
  hardLimitInferred: 0.9,
  /** Namespaces are not recorded: the kernel killed it while an ancestor was running, and not for memory. */
  namespaceInferred: 0.9,
  /** A handler caught the fault and raised the same signal again: the fault is inferred to be the reason. */
  raisedAgain: 0.9,
  /** The kernel's log says that its OOM killer killed it, or that it faulted; the signal itself was not recorded. */
  loggedOnly: 0.85,
  /** A host went down, and its agent did not say goodbye: it may have been dead already. */
  goodbyeMissing: 0.8,
  /** A host went down in order, and nobody was seen who asked for it. */
  requestMissing: 0.7,
  /** A scheduler is known by its name, which anybody may give to a program. */
  schedulerByName: 0.9,
  /** A service manager of which the unit is not known, known by its name and as an ancestor of the victim. */
  managerByName: 0.85,
  /** Known by a name that anybody may give to a program, and by what it did: a daemon that frees memory, a runtime. */
  knownByName: 0.9,
  /** Known by its name, and nothing else speaks for it. */
  nameOnly: 0.6,
  /** Stopped by a service manager, and nobody was seen who asked for it: its own doing, or a machine that goes down. */
  askerMissing: 0.85,
  /** A request for another unit in the same moment: an alias of this one, a dependency, or chance. */
  requestNearby: 0.9,
  /** A child of systemd in the victim's own unit sent it: a part of the service, or its stop command. */
  stopCommandPossible: 0.85,
  /** A request for the whole machine shortly before; it may have been called off. */
  shutdownRequested: 0.9,
  /** systemd sends SIGABRT when a watchdog runs out, and seldom for another reason (a failure mode that says abort). */
  watchdogInferred: 0.85,
  /** It exited by itself, shortly after a service manager or container runtime had sent it a stop signal. */
  exitAfterStop: 0.95,
  /** A login without a terminal stands behind schedulers and services too, not only behind people. */
  loginWithoutTerminal: 0.85,
  /** A parent sent the signal that it had just got itself: it passed it on, or somebody told it to at that very moment. */
  passedOn: 0.9,
  /** A shell at which a person types sent SIGHUP: typed (`kill -HUP %1`), or passed on from the terminal. */
  relayMissing: 0.85,
  /** Two senders sent the deadly number and either could have been the one. */
  rivalSender: 0.8,
  /** It exited by itself, shortly after somebody had asked it to stop: perhaps because of that. */
  afterStopRequest: 0.7,
  /** A crash signal that the process sent to itself: mostly a crash that a handler caught and that was not recorded. */
  selfSentFault: 0.7,
  /** Whether it was directed at a thread, as the kernel's are, or at the group, as those of kill(2), is not known. */
  threadMissing: 0.7,
  /** Whether the sender had ended by then, so that the kernel sent it in its name, is not known. */
  endMissing: 0.85,
  /** It exited with 128 + n soon after somebody had sent it signal n, which it caught. */
  exitedAsAsked: 0.9,
  /** The kernel's OOM killer chose it; whether for the host or for a cgroup is not known. */
  oomChosen: 0.6,
  /** The only matching signal met a handler or was ignored, so the disposition must have changed later. */
  dispositionChanged: 0.6,
  /** Sent from user space, and the sender was not recorded. */
  senderMissing: 0.5,
  /** The kernel made the signal and the reason is not known. */
  kernelReasonMissing: 0.5,
  /** It died by a signal of which there is no record. */
  signalMissing: 0.2,
  /** Nothing but the end itself was seen. */
  nothing: 0,
} as const;

/** What a loss around the death leaves of any confidence. */
export const lossFactor = 0.8;

export function weakest(...links: readonly number[]): number {
  return Math.min(...links);
}
