/** Guards of how often: a target and a host get rest, and what does not help is not done again and again. */
import { plainOrQuoted } from '../../verdict/index.js';
import type { TargetHistory } from '../job-facts.js';
import type { JobLimits } from '../job-limits.js';
import { counted, seconds } from '../words.js';
import type { Guard, TargetContext } from './guard.js';

export const paceGuards: readonly Guard<TargetContext>[] = [
  { code: 'remedy/busy', objects: busy },
  { code: 'remedy/restart-loop', objects: restartLoop, escalate: true },
  { code: 'remedy/cooldown', objects: cooldown },
  { code: 'remedy/target-pace', objects: targetPace, escalate: true },
  { code: 'remedy/host-pace', objects: hostPace, escalate: true },
];

function busy({ target: { history } }: TargetContext): string | null {
  return history.openJob === null ? null : `Job ${plainOrQuoted(history.openJob)} on it is not over yet.`;
}

/** People may have mended what ended it: they are warned instead. */
function restartLoop({ request, target: { history }, limits }: TargetContext): string | null {
  if (request.requester.kind === 'person' || request.wanted.action !== 'RESTART_SERVICE') return null;
  return loopSentence(history, limits);
}

export function loopSentence(
  { deathsLastHour, isRestartLoop }: TargetHistory,
  { sameCauseMax }: JobLimits,
): string | null {
  if (deathsLastHour !== null && deathsLastHour.count >= sameCauseMax)
    return `It ended ${counted(deathsLastHour.count, 'time')} within an hour with the cause ${deathsLastHour.cause}: a restart does not mend that.`;
  return isRestartLoop ? 'It is in a restart loop already: one more restart does not mend that.' : null;
}

function cooldown({ request, target: { history }, limits }: TargetContext): string | null {
  const { cooldownSeconds } = limits.pace[request.requester.kind];
  const past = history.lastJobSecondsAgo;
  if (past === null || past >= cooldownSeconds) return null;
  return `The last job on it was ${seconds(past)} ago; the next may come in ${seconds(cooldownSeconds - past)}.`;
}

function targetPace({ request, target: { history }, limits }: TargetContext): string | null {
  const most = limits.pace[request.requester.kind].perTargetPerHour;
  if (history.jobsLastHour < most) return null;
  return `It had ${counted(history.jobsLastHour, 'job')} in the last hour, and may have ${most}.`;
}

function hostPace({ request, target: { host }, limits }: TargetContext): string | null {
  const most = limits.pace[request.requester.kind].perHostPerHour;
  if (host.jobsLastHour < most) return null;
  return `${plainOrQuoted(host.name)} had ${counted(host.jobsLastHour, 'job')} in the last hour, and may have ${most}.`;
}
