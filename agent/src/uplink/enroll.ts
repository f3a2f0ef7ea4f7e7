/** Turns a one-use token into the host's own credential (src/contract/enroll.ts). */
import { limits, type EnrollReply, type EnrollRequest } from '../contract.js';
import type { Log } from '../log.js';
import { failure, success, type Result } from '../result.js';
import { Backoff } from './backoff.js';
import type { HttpClient } from './http.js';
import { pause } from './pause.js';
import { readEnrollReply, readProblem } from './replies.js';

export interface EnrollOptions {
  readonly http: HttpClient;
  readonly token: string;
  readonly machineId: string;
  readonly hostname: string;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/** Tries until the API answers: it may be starting at this very moment. A refusal is final. */
export async function enroll(options: EnrollOptions): Promise<Result<EnrollReply>> {
  const { http, token, machineId, hostname, log, signal } = options;
  const body = JSON.stringify({ machineId, name: hostName(hostname) } satisfies EnrollRequest);
  const backoff = new Backoff();
  let told = '';
  while (!signal.aborted) {
    const reply = await http.post('/v1/enroll', token, body);
    const enrolled = reply.status === 200 || reply.status === 201 ? readEnrollReply(reply.body) : undefined;
    if (enrolled !== undefined) return success(enrolled);
    const refusal = reply.status === 'lost' ? undefined : refusalOf(reply.status, reply.body);
    if (refusal !== undefined) return failure('enroll/refused', refusal);
    const reason = reply.status === 'lost' ? reply.reason : `status ${reply.status}`;
    if (reason !== told) log.warn('The API cannot be reached for enrolment; trying again.', { reason });
    told = reason;
    await pause(backoff.nextDelayMs(reply.status === 'lost' ? undefined : reply.retryAfterMs), signal);
  }
  return failure('enroll/stopped', 'Stopped before the API answered the enrolment.');
}

/** A name that the contract takes; the host's own where it does. */
export function hostName(hostname: string): string {
  const name = hostname
    .replace(/[^A-Za-z0-9._-]/g, '-')
    .slice(0, limits.nameCharactersMax)
    .replace(/^[^A-Za-z0-9]+/, '')
    .replace(/[^A-Za-z0-9]+$/, '');
  return name === '' ? 'host' : name;
}

function refusalOf(status: number, body: unknown): string | undefined {
  if (status < 400 || status >= 500 || status === 429 || status === 408) return undefined;
  const detail = readProblem(body)?.detail ?? `status ${status}`;
  if (status === 401 || status === 403)
    return `The API does not accept the enrolment token (${detail}): get a new one.`;
  return `The API refuses the enrolment (${detail}).`;
}
