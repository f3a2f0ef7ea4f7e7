/**
 * Brings events to the API: one batch at a time, in order, until it is acknowledged.
 *
 * What is not acknowledged is sent again; what the server refuses for good is narrowed down to one event and told as
 * a loss; when the server does not know our numbering we begin a new epoch. src/contract/batch.ts is the agreement.
 */
import { contractVersion, limits, type Batch, type KnownEvent, type ProcessRef } from '../contract.js';
import type { Log } from '../log.js';
import { agentLimits } from '../limits.js';
import { Backoff } from './backoff.js';
import { EventBuffer, estimateBytes, type BufferLimits } from './buffer.js';
import type { HttpClient } from './http.js';
import { missingDescriptions, type Entry } from './mentions.js';
import { Numbering, type NumberedBatch } from './numbering.js';
import { outcomeOf, type Outcome } from './outcome.js';

export interface UplinkOptions {
  readonly http: HttpClient;
  readonly credential: string;
  readonly bootId: string;
  readonly bootedAt: () => string;
  readonly log: Log;
  readonly bufferLimits?: BufferLimits;
  /** The server has these for good. */
  readonly onDelivered: (entries: readonly Entry[]) => void;
  /** What a new epoch begins with: agent_start, and the descriptions of all that live. */
  readonly openingEvents: () => readonly KnownEvent[];
  readonly describe: (ref: ProcessRef) => KnownEvent | undefined;
  /** A new epoch has begun in mid-life. */
  readonly onNewEpoch: () => void;
}

export class Uplink {
  readonly #options: UplinkOptions;
  readonly #buffer: EventBuffer;
  readonly #numbering = new Numbering();
  readonly #backoff = new Backoff();
  #rejectedInRow = 0;
  #lastTrouble = '';
  #stopped = false;
  #wake: (() => void) | undefined;
  #finished: Promise<void> | undefined;

  constructor(options: UplinkOptions) {
    this.#options = options;
    this.#buffer = new EventBuffer(options.bufferLimits);
  }

  /** Where the oldest event that is not delivered stands; undefined when all are. */
  get undeliveredPosition(): number | undefined {
    return (this.#numbering.first?.entries[0] ?? this.#buffer.first)?.position;
  }

  push(event: KnownEvent, position: number): void {
    this.#buffer.push(event, position);
    if (this.#buffer.size >= limits.batchEventsMax) this.#wake?.();
  }

  start(): void {
    this.#finished = this.#run();
  }

  /** Sends what there is, for at most `timeoutMs`. True when nothing was left. */
  async stop(timeoutMs: number): Promise<boolean> {
    const deadline = performance.now() + timeoutMs;
    this.#wake?.();
    while (!this.#isEmpty() && performance.now() < deadline) await sleep(10);
    this.#stopped = true;
    this.#wake?.();
    const empty = this.#isEmpty();
    this.#options.http.close();
    await this.#finished;
    return empty;
  }

  #isEmpty(): boolean {
    return this.#buffer.size === 0 && this.#numbering.first === undefined;
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      if (this.#numbering.first === undefined) {
        this.#numbering.cut(this.#buffer.take(limits.batchEventsMax, agentLimits.batchBytesMax));
      }
      const batch = this.#numbering.first;
      if (batch === undefined) {
        await this.#pause(agentLimits.flushMs);
        continue;
      }
      const { http, credential } = this.#options;
      const exchange = await http.post('/v1/batches', credential, this.#serialize(batch));
      const delayMs = this.#take(outcomeOf(exchange, this.#numbering.epoch), batch);
      if (delayMs > 0) await this.#pause(delayMs);
      else if (this.#buffer.size < limits.batchEventsMax) await this.#pause(agentLimits.flushMs);
    }
  }

  /** Milliseconds to wait before the next attempt. */
  #take(outcome: Outcome, batch: NumberedBatch): number {
    switch (outcome.kind) {
      case 'committed':
        return this.#commit(outcome.committed);
      case 'behind':
        return outcome.committed === undefined ? this.#beginEpoch() : this.#commit(outcome.committed);
      case 'refused':
        return this.#narrowDown(batch, outcome.reason);
      case 'unauthorized':
        this.#trouble(`The API does not accept this host's credential (${outcome.reason}): enrol the host again.`);
        return agentLimits.unauthorizedRetryMs;
      case 'later':
        this.#trouble(`The API cannot be reached (${outcome.reason}); events are kept and sent later.`);
        return this.#backoff.nextDelayMs(outcome.retryAfterMs);
    }
  }

  #commit(committed: number): number {
    const done = this.#numbering.commit(committed);
    if (done === undefined) return this.#beginEpoch();
    // No progress: the server contradicts itself, and must not be asked in a hot loop.
    if (done.length === 0) return this.#backoff.nextDelayMs();
    this.#options.onDelivered(done);
    this.#backoff.reset();
    this.#rejectedInRow = 0;
    if (this.#lastTrouble !== '') this.#options.log.info('The API takes events again.');
    this.#lastTrouble = '';
    return 0;
  }

  #narrowDown(batch: NumberedBatch, reason: string): number {
    if (this.#numbering.halve()) return 0;
    const entry = batch.entries[0];
    const replaceable = entry !== undefined && entry.event.kind !== 'loss' && entry.event.kind !== 'agent_start';
    if (!replaceable || this.#rejectedInRow >= agentLimits.rejectedInRowMax) {
      this.#trouble(`The API refuses everything (${reason}): is it older than this agent?`);
      return this.#backoff.nextDelayMs();
    }
    this.#rejectedInRow += 1;
    const { kind, at } = entry.event;
    this.#options.log.error('The API refused an event for good; a loss is recorded in its place.', {
      kind,
      at,
      reason,
    });
    const loss: KnownEvent = { kind: 'loss', at, cause: 'rejected', since: at, until: at, count: 1 };
    this.#numbering.replaceOnly({ event: loss, position: entry.position, bytes: estimateBytes(loss) });
    return 0;
  }

  #beginEpoch(): number {
    this.#options.log.warn('The API does not know our numbering; a new epoch begins.');
    const entries = [...this.#numbering.restart(), ...this.#buffer.drain()].filter(
      ({ event, opening }) => opening === undefined && event.kind !== 'agent_start',
    );
    const opening = this.#options.openingEvents();
    const known = new Set(opening.map((event) => (event.kind === 'process' ? `${event.pid}:${event.start}` : '')));
    const missing = missingDescriptions(entries, (ref) =>
      known.has(`${ref.pid}:${ref.start}`) ? undefined : this.#options.describe(ref),
    );
    const position = entries[0]?.position ?? 0;
    const front = [...opening, ...missing].map((event): Entry => ({
      event,
      position,
      bytes: estimateBytes(event),
      opening: true,
    }));
    this.#buffer.unshift([...front, ...entries]);
    this.#options.onNewEpoch();
    return this.#backoff.nextDelayMs();
  }

  #serialize(batch: NumberedBatch): string {
    const { bootId, bootedAt } = this.#options;
    return JSON.stringify({
      version: contractVersion,
      epoch: this.#numbering.epoch,
      sequence: batch.sequence,
      bootId,
      bootedAt: bootedAt(),
      events: batch.entries.map(({ event }) => event),
    } satisfies Batch);
  }

  /** Says the same trouble once, not on every attempt. */
  #trouble(sentence: string): void {
    if (sentence !== this.#lastTrouble) this.#options.log.warn(sentence);
    this.#lastTrouble = sentence;
  }

  #pause(milliseconds: number): Promise<void> {
    if (this.#stopped) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(done, milliseconds);
      this.#wake = done;
      function done(): void {
        clearTimeout(timer);
        resolve();
      }
    });
  }
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
