/** What the agent needs to keep its events and to deliver them. */
import { agentLimits } from '../limits.js';
import { checksOf, type Check } from './check.js';
import type { ApiFacts, StateDirFacts } from './facts.js';

export function judgeStateDir({ path, exists, obstacle, freeBytes, spoolBytesMax, lock }: StateDirFacts) {
  return [judgeDirectory(path, exists, obstacle), judgeSpace(freeBytes, spoolBytesMax), judgeLock(path, lock)];
}

function judgeDirectory(path: string, exists: boolean, obstacle: string | undefined): Check {
  const { ok, missing } = checksOf('state-dir');
  if (obstacle === undefined) return ok(exists ? `${path} can be written.` : `${path} is not there and can be made.`);
  return missing(
    `${path} cannot be ${exists ? 'written' : 'made'} (${obstacle}).`,
    'Start the agent as root, or give --state-dir another one.',
  );
}

function judgeSpace(freeBytes: number | undefined, spoolBytesMax: number): Check {
  const { ok, degraded } = checksOf('disk-space');
  if (freeBytes === undefined) return degraded('How much space is left for the spool cannot be told.');
  const sizes = `${mib(freeBytes)} MiB are free, and the spool may take ${mib(spoolBytesMax)} MiB`;
  if (freeBytes >= spoolBytesMax) return ok(`${sizes}.`);
  return degraded(`${sizes}: what does not fit is lost, and counted.`, 'Make room, or lower --spool-max-mib.');
}

function judgeLock(path: string, lock: StateDirFacts['lock']): Check {
  const { ok, degraded } = checksOf('lock');
  if (lock.state === 'free') return ok('No agent runs with this state directory.');
  if (lock.state === 'held')
    return ok(`An agent runs with this state directory (pid ${lock.pid}); it was not touched.`);
  return degraded(`Whether an agent runs with ${path} cannot be told.`, 'Ask as the user whom it belongs to.');
}

export function judgeApi(facts: ApiFacts): readonly Check[] {
  return [judgeHealth(facts), judgeCredential(facts), judgeClock(facts)];
}

function judgeHealth({ url, proxy, health }: ApiFacts): Check {
  const { ok, missing } = checksOf('api');
  const way = proxy === undefined ? url : `${url} (through the proxy ${proxy})`;
  if (health.status === 'lost')
    return missing(`${way} does not answer (${health.reason}).`, 'Look whether it runs there; give --api its URL.');
  if (health.status === 200) return ok(`${way} answers GET /healthz.`);
  return missing(`${way} answers GET /healthz with ${health.status}.`, 'Give --api the URL of a Whodunit API.');
}

function judgeCredential({ credential }: ApiFacts): Check {
  const { ok, degraded, missing } = checksOf('credential');
  switch (credential) {
    case 'accepted':
      return ok('The API accepts the credential of this host.');
    case 'refused':
      return missing(
        'The API refuses the credential of this host.',
        'Enrol it anew: remove the file credential, and start with --enroll-token-file FILE.',
      );
    case 'unchecked':
      return ok('The host has a credential; the API was not asked, or did not say, whether it holds.');
    case 'unreadable':
      return degraded(
        'Whether the host has a credential cannot be told.',
        'Ask as the user whom the state directory belongs to.',
      );
    case 'none':
      return degraded('This host is not enrolled: it has no credential.', 'Start once with --enroll-token-file FILE.');
  }
}

function judgeClock({ health }: ApiFacts): Check {
  const { ok, degraded } = checksOf('clock');
  const skewMs = health.status === 'lost' ? undefined : health.skewMs;
  if (skewMs === undefined) return degraded('How far the clock is from the API’s cannot be told.');
  const seconds = Math.round(Math.abs(skewMs) / 1_000);
  if (Math.abs(skewMs) <= agentLimits.clockSkewMs)
    return ok(`The clock is within ${agentLimits.clockSkewMs / 1_000} s of the API’s.`);
  const direction = skewMs > 0 ? 'behind' : 'ahead of';
  return degraded(
    `The clock is ${seconds} s ${direction} the API’s: times of this host are off against those of others.`,
    'Let NTP set both (chronyd, systemd-timesyncd).',
  );
}

function mib(bytes: number): number {
  return Math.floor(bytes / (1024 * 1024));
}
