/** Who asked, in words: `alice (ssh from 10.0.0.5, pts/3) ran "systemctl stop redis"`. */
import { escapeArguments } from './command-line.js';
import { loginName, processInvocation, processName, userName } from './describe.js';
import { beforeDeath, duration } from './duration.js';
import { plainOrQuoted, quote } from './escape.js';
import { portrait } from './evidence.js';
import type { LoginFacts, ProcessFacts } from './facts.js';
import { scheduledJob } from './scheduled-job.js';
import type { StopRequest } from './service-request.js';
import { signalName } from './signal-names.js';
import type { Evidence } from './verdict.js';

/** `alice (ssh from 10.0.0.5, pts/3) ran "systemctl stop redis"` */
export function requestPhrase(request: Pick<StopRequest, 'request'>): string {
  const { process, signal } = request.request;
  if (signal !== null) return `${processInvocation(process)} sent ${signalName(signal)} to its service manager`;
  return commandPhrase(process);
}

export function commandPhrase(process: ProcessFacts): string {
  const command = escapeArguments(process.args, process.argsCut, false) ?? plainOrQuoted(process.comm);
  return `${requesterName(process)} ran ${command}`;
}

/** The clause before a sentence: a request that names the unit is its reason, another one may be. */
export function requestClause(request: StopRequest | null): string {
  return request?.named === true ? `${requestPhrase(request)}; ` : '';
}

/** The clause after a sentence, for what is not sure. */
export function doubtClause(request: StopRequest | null, at: bigint): string {
  if (request === null) return '; who asked for it was not seen';
  if (request.named) return '';
  return `; ${duration(at - request.request.at)} before, ${requestPhrase(request)}, which may be why`;
}

export function requestEvidence(request: StopRequest | null, diedAt: bigint): readonly Evidence[] {
  if (request === null) return [];
  const { process, at, signal } = request.request;
  const act =
    signal === null ? 'A request to stop was run by' : `${signalName(signal)} was sent to the service manager by`;
  return [{ kind: 'request', at, text: `${act} ${portrait(process)}; ${beforeDeath(at, diedAt)}.` }];
}

function requesterName(process: ProcessFacts): string {
  const job = scheduledJob(process);
  if (job !== null) return plainOrQuoted(job.scheduler) + (job.command === null ? '' : ` (${quote(job.command, 160)})`);
  if (process.login !== null) return loginName(process.login) + cameFrom(process.login);
  const behind = process.ancestry.find(({ comm }) => !wrappers.has(comm)) ?? process.ancestry[0];
  return behind === undefined ? (userName(process) ?? 'somebody') : processName(behind);
}

/** They run what others tell them to. */
const wrappers: ReadonlySet<string> = new Set([
  'sh',
  'bash',
  'dash',
  'sudo',
  'su',
  'doas',
  'env',
  'nsenter',
  'timeout',
]);

function cameFrom({ source, tty }: LoginFacts): string {
  const parts = [
    ...(source === null ? [] : [`ssh from ${plainOrQuoted(source)}`]),
    ...(tty === null ? [] : [plainOrQuoted(tty)]),
  ];
  return parts.length === 0 ? '' : ` (${parts.join(', ')})`;
}
