/** What does not forbid a job, but whoever asks or approves should have read. */
import { plainOrQuoted } from '../verdict/index.js';
import { loopSentence } from './guards/pace.js';
import type { TargetFacts } from './job-facts.js';
import type { JobLimits } from './job-limits.js';
import type { Wanted } from './request.js';
import { isFirstOfContainer } from './risk.js';
import { processName, seconds } from './words.js';

export function warningsOf(wanted: Wanted, targets: readonly TargetFacts[], limits: JobLimits): readonly string[] {
  return targets.flatMap((target) =>
    warnings.flatMap((warning) => {
      const text = warning(wanted, target, limits);
      return text === null ? [] : [targets.length === 1 ? text : `${plainOrQuoted(target.host.name)}: ${text}`];
    }),
  );
}

type Warning = (wanted: Wanted, target: TargetFacts, limits: JobLimits) => string | null;

const warnings: readonly Warning[] = [offline, poorSight, cgroupUnknown, loop, containerEnds, shielded];

function offline(_: Wanted, { host }: TargetFacts): string | null {
  if (host.online) return null;
  const seen = host.seenSecondsAgo === null ? '' : `, last seen ${seconds(host.seenSecondsAgo)} ago`;
  return `It is offline${seen}: the job waits until it comes back or expires.`;
}

function poorSight({ action }: Wanted, { host }: TargetFacts): string | null {
  return host.rung === 'procfs' && action !== 'REBOOT_HOST'
    ? 'Its agent can only look at /proc: what is known of the target may be seconds old.'
    : null;
}

function cgroupUnknown({ action }: Wanted, { process }: TargetFacts): string | null {
  if (action === 'REBOOT_HOST' || action === 'RESTART_SERVICE' || process?.cgroup !== null) return null;
  return `The cgroup of ${processName(process)} is not known: it is identified by pid and start time alone.`;
}

function loop({ action }: Wanted, { history }: TargetFacts, limits: JobLimits): string | null {
  return action === 'RESTART_SERVICE' ? loopSentence(history, limits) : null;
}

function containerEnds({ action }: Wanted, { process }: TargetFacts): string | null {
  if (action !== 'KILL_ZOMBIE_PARENT' && action !== 'SIGNAL_PROCESS') return null;
  return process !== null && isFirstOfContainer(process)
    ? `${processName(process)} is the first process of its container, which ends with it.`
    : null;
}

function shielded(wanted: Wanted): string | null {
  return wanted.action === 'SET_OOM_SCORE_ADJ' && wanted.oomScoreAdj === -1000
    ? 'With -1000 the OOM killer never takes it, and Whodunit does not touch it any more.'
    : null;
}
