/** Guards of a job as a whole: who asks, why, and how much of the fleet it touches. */
import { limits as wire } from '../../contract/index.js';
import { plainOrQuoted } from '../../verdict/index.js';
import { awayMax, disturbs } from '../room.js';
import { wantedProcess } from '../request.js';
import { counted } from '../words.js';
import type { Guard, JobContext } from './guard.js';

export const jobGuards: readonly Guard<JobContext>[] = [
  { code: 'remedy/passive', objects: passive },
  { code: 'remedy/no-reason', objects: noReason },
  { code: 'remedy/no-host', objects: noHost },
  { code: 'remedy/unknown-host', objects: unknownHost },
  { code: 'remedy/blast-radius', objects: blastRadius },
  { code: 'remedy/one-process-one-host', objects: oneProcess },
  { code: 'remedy/policy-not-armed', objects: policyNotArmed },
  { code: 'remedy/policy-cap', objects: policyCap, escalate: true },
  { code: 'remedy/storm', objects: storm, escalate: true },
  { code: 'remedy/fleet-pace', objects: fleetPace, escalate: true },
  { code: 'remedy/healthy-share', objects: healthyShare, escalate: true },
  { code: 'remedy/others-at-work', objects: othersAtWork },
];

function passive({ facts }: JobContext): string | null {
  return facts.fleet.passive ? 'Whodunit is passive: it was switched so that nothing is executed.' : null;
}

function noReason({ request: { reason } }: JobContext): string | null {
  if (reason.trim() === '') return 'Say why: a reason is part of the record.';
  return reason.length > wire.reasonCharactersMax
    ? `The reason is longer than ${wire.reasonCharactersMax} characters.`
    : null;
}

function noHost({ request: { hosts } }: JobContext): string | null {
  if (hosts.length === 0) return 'No host was chosen, or none fits.';
  return new Set(hosts).size < hosts.length ? 'A host was chosen twice.' : null;
}

/** Targets that are not those that were asked for would be a fault of ours: nothing is done then either. */
function unknownHost({ request: { hosts }, facts: { targets } }: JobContext): string | null {
  const isSame = targets.length === hosts.length && targets.every(({ host }, index) => host.id === hosts[index]);
  if (isSame) return null;
  const known = new Set(targets.map(({ host }) => host.id));
  const unknown = hosts.filter((id) => !known.has(id));
  return unknown.length === 0
    ? 'What is known is not of the hosts that were asked for.'
    : `${counted(unknown.length, 'host')} of those asked for, ${plainOrQuoted(unknown[0] ?? '')} the first, are not known.`;
}

function blastRadius({ request: { hosts, maxHosts }, limits: { hostsPerJobMax } }: JobContext): string | null {
  if (hosts.length > hostsPerJobMax)
    return `${hosts.length} hosts are more than any job may touch (${hostsPerJobMax}).`;
  if (hosts.length <= maxHosts) return null;
  return `It would touch ${counted(hosts.length, 'host')}, and may touch ${maxHosts}: set maxHosts if you mean all of them.`;
}

function oneProcess({ request: { wanted, hosts } }: JobContext): string | null {
  return wantedProcess(wanted) !== null && hosts.length > 1
    ? 'A process is on one host, and several were asked for.'
    : null;
}

/** A policy without its facts is as good as not armed. */
function policyNotArmed({ request: { requester }, facts: { policy } }: JobContext): string | null {
  return requester.kind === 'person' || policy?.armed === true ? null : 'The policy is not armed.';
}

function policyCap({ request: { requester, hosts }, facts: { policy } }: JobContext): string | null {
  if (requester.kind === 'person' || policy === null) return null;
  const { jobsLastHour, atMostPerHour } = policy;
  if (jobsLastHour + hosts.length <= atMostPerHour) return null;
  return `The policy has acted ${counted(jobsLastHour, 'time')} in the last hour, and may at most ${atMostPerHour}.`;
}

/** What happens to many hosts at once has one reason, and it is not in the single process. */
function storm({ request: { requester }, facts: { fleet }, limits }: JobContext): string | null {
  const isStorm = fleet.inTrouble >= limits.stormHosts && fleet.inTrouble >= fleet.hosts * limits.stormShare;
  if (requester.kind === 'person' || !isStorm) return null;
  return `${fleet.inTrouble} of ${counted(fleet.hosts, 'host')} are in trouble at once: policies wait for a person.`;
}

function fleetPace({ request: { requester, hosts }, facts: { fleet }, limits }: JobContext): string | null {
  const most = limits.pace[requester.kind].perFleetPerHour;
  if (fleet.jobsLastHour + hosts.length <= most) return null;
  return `The fleet had ${counted(fleet.jobsLastHour, 'job')} in the last hour, and may have ${most}.`;
}

function healthyShare({ request: { wanted }, facts: { fleet, targets }, limits }: JobContext): string | null {
  if (!disturbs(wanted.action) || !targets.some(({ host }) => host.healthy)) return null;
  const ill = fleet.hosts - fleet.healthy;
  const most = awayMax(fleet.hosts, limits);
  return ill < most ? null : `${counted(ill, 'host')} of ${fleet.hosts} are not healthy, and at most ${most} may be.`;
}

/** Of those that are away so many are only at work on a job of ours that there is room again when those are done. */
function othersAtWork({ request: { wanted }, facts: { fleet, targets }, limits }: JobContext): string | null {
  if (!disturbs(wanted.action) || !targets.some(({ host }) => host.healthy)) return null;
  const [ill, most] = [fleet.hosts - fleet.healthy, awayMax(fleet.hosts, limits)];
  if (ill >= most || ill + fleet.disturbed < most) return null;
  return `${counted(ill + fleet.disturbed, 'host')} of ${fleet.hosts} are not healthy or at work on a job already, and at most ${most} may be.`;
}
