/** Batches of events are admitted one by one, after authentication and before their bodies are read (src/ingest/admission.ts). */
import type { FastifyInstance } from 'fastify';
import { Admission } from '../ingest/admission.js';
import { Failure } from '../platform/errors.js';

const retryAfterSeconds = 1;
/** A body that does not come within this time holds a place that others wait for. */
const bodyMs = 30_000;

export function admitBatches(fastify: FastifyInstance, admission = new Admission()): void {
  fastify.addHook('onRequest', async (request, reply) => {
    if (request.routeOptions.url !== '/v1/batches' || request.principal?.kind !== 'host') return;
    const admitted = await admission.admit(request.principal.hostId);
    if (admitted.outcome !== 'admitted') throw admitted.outcome === 'full' ? full() : crowded();
    const impatience = setTimeout(() => request.raw.complete || request.raw.destroy(), bodyMs);
    reply.raw.once('close', () => {
      clearTimeout(impatience);
      admitted.release();
    });
    // It may have gone while it waited; then its end is not told again.
    if (reply.raw.closed) admitted.release();
  });
}

function full(): Failure {
  const detail = 'Nothing was read: more batches are waiting here than can be stored in time. Send it again.';
  return new Failure({ code: 'ingest/overloaded', status: 503, detail, retryAfterSeconds });
}

function crowded(): Failure {
  const detail =
    'Nothing was read: other batches of this host are waiting already. Send it again when they are stored.';
  return new Failure({ code: 'ingest/too-many-batches', status: 429, detail, retryAfterSeconds });
}
