/** Batches in, acknowledgements out. */
import { Inject, Injectable } from '@nestjs/common';
import { isKnownEvent, type Ack, type Event } from '../contract/index.js';
import { Failure } from '../platform/errors.js';
import type { Logger } from '../platform/logger.js';
import { metrics } from '../platform/metrics.js';
import { LOGGER } from '../platform/platform.tokens.js';
import { JobQueue } from '../queue/job.queue.js';
import { BatchStore, type CommitResult } from '../store/batch.store.js';
import { storable } from '../store/text.js';
import { decodeBatch } from './batch.decoder.js';

@Injectable()
export class IngestService {
  constructor(
    private readonly batches: BatchStore,
    private readonly queue: JobQueue,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /**
   * @returns what is committed now.
   * @throws Failure `ingest/bad-batch` (400), `ingest/sequence-gap` (409), `ingest/not-stored` (503).
   */
  async take(hostId: number, body: unknown): Promise<Ack> {
    const batch = storable(decodeBatch(body));
    const stop = metrics.batchSeconds.startTimer();
    let result: CommitResult;
    try {
      result = await this.batches.commit(hostId, batch);
    } catch (error) {
      this.logger.error({ err: error, hostId }, 'a batch could not be stored');
      throw new Failure({
        code: 'ingest/not-stored',
        status: 503,
        detail: 'Nothing was stored: the database did not take the batch. Send it again.',
        retryAfterSeconds: 1,
      });
    }
    stop();
    if (result.outcome === 'gap') throw gap(batch.sequence, result.committed);
    count(result.events, batch.events.length);
    if (result.pending > 0) void this.queue.wake('decide-pending');
    return { epoch: batch.epoch, committed: result.committed };
  }
}

function gap(sequence: number, committed: number): Failure {
  return new Failure({
    code: 'ingest/sequence-gap',
    status: 409,
    detail: `Nothing was stored: the batch begins at ${sequence}, but this epoch is committed up to ${committed}. Send from ${committed + 1}.`,
    extra: { committed },
  });
}

function count(stored: readonly Event[], received: number): void {
  for (const event of stored) metrics.eventsStored.inc({ kind: isKnownEvent(event) ? event.kind : 'unknown' });
  metrics.eventsSkipped.inc(received - stored.length);
}
