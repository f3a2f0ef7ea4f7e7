/** Asks the API for its health, and whether it takes our credential: GET only, nothing is changed by it. */
import { accessSync } from 'node:fs';
import { join } from 'node:path';
import type { SettingValues } from '../config/settings.js';
import { agentLimits } from '../limits.js';
import { success } from '../result.js';
import { readTextFile } from '../source/text-file.js';
import { readCredential } from '../state/credential.js';
import { createHttpClient, type ApiClient, type Exchange } from '../uplink/http.js';
import { proxyFor } from '../uplink/proxy.js';
import type { ApiFacts, HealthFacts } from './facts.js';

export async function lookAtApi(settings: SettingValues): Promise<ApiFacts> {
  const proxy = proxyFor(settings.api, settings);
  const facts = { url: settings.api.href, proxy: proxy?.host };
  const ca = settings.caFile === undefined ? success(undefined) : readTextFile(settings.caFile, '--ca-file');
  if (!ca.ok) return { ...facts, health: { status: 'lost', reason: ca.failure.sentence }, credential: 'unchecked' };
  const http = createHttpClient(settings.api, ca.value, proxy);
  try {
    const startMs = Date.now();
    const health = healthOf(await http.get('/healthz'), startMs);
    return { ...facts, health, credential: await lookAtCredential(settings.stateDir, http, health) };
  } finally {
    http.close();
  }
}

/** The header Date has whole seconds, cut: half of one is added. */
function healthOf(reply: Exchange, startMs: number): HealthFacts {
  if (reply.status === 'lost')
    return reply.reason === 'ABORT_ERR' ? { ...reply, reason: `${agentLimits.healthTimeoutMs / 1_000} s long` } : reply;
  const theirsMs = Date.parse(reply.date ?? '') + 500;
  const skewMs = theirsMs - (startMs + Date.now()) / 2;
  return { status: reply.status, skewMs: Number.isNaN(skewMs) ? undefined : skewMs };
}

/**
 * There is no GET of batches, and the API looks at credentials before it looks for a route. That it does is seen by the
 * same request without one: unless that is refused, the other answer means nothing.
 */
async function lookAtCredential(stateDir: string, http: ApiClient, { status }: HealthFacts) {
  const credential = readCredential(stateDir);
  if (credential === undefined) return isHidden(stateDir) ? 'unreadable' : 'none';
  if (status !== 200) return 'unchecked';
  const without = await http.get('/v1/batches');
  if (without.status !== 401) return 'unchecked';
  const given = await http.get('/v1/batches', credential);
  if (given.status === 401 || given.status === 403) return 'refused';
  return given.status === 404 || given.status === 405 ? 'accepted' : 'unchecked';
}

function isHidden(stateDir: string): boolean {
  try {
    accessSync(join(stateDir, 'credential'));
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EACCES';
  }
}
