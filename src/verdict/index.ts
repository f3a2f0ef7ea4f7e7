/** Why it died: facts in, verdict out. Pure; imports nothing but the contract. */
export { bootEnding, bootEndings, type BootEnding, type BootFacts } from './boot-ending.js';
export { decide, engineVersion } from './decide.js';
export { escapeArguments } from './command-line.js';
export { plainOrQuoted, quote } from './escape.js';
export {
  factLimits,
  passedOnWindowNs,
  requestWindowNs,
  type AncestorFacts,
  type CommandFacts,
  type ContainerFacts,
  type CoreDumpFacts,
  type DeathFacts,
  type KernelLogFacts,
  type LoginFacts,
  type LimitFacts,
  type LossFacts,
  type MemoryFacts,
  type OomReportFacts,
  type ProcessFacts,
  type RequestFacts,
  type SameShotFacts,
  type SignalFacts,
  type StalledFacts,
} from './facts.js';
export { restartKinds, restartOf, type Restart, type RestartFacts, type RestartKind } from './restart.js';
export { restartHistoryNs, restartLivesMax, restartWindowNs } from './restart-history.js';
export { sameShotNs, shotOf } from './same-shot.js';
export { unknownDeath, unknownProcess } from './unknown-facts.js';
export { shutdownSignals } from './service-request.js';
export { stopVerbs } from './stop-wish.js';
export { summarizeTasks, type OomTaskRowFacts } from './oom-badness.js';
export { signalName } from './signal-names.js';
export { en, inLocale, joined, locales, same, zh, type Locale, type Text } from './text.js';
export { actorKinds, causes, type Actor, type ActorKind, type Cause, type Evidence, type Verdict } from './verdict.js';
