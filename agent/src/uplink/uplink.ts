/**
 * Brings events to the API: one batch at a time, in order, until it is acknowledged.
 *
 * What is not acknowledged is sent again; what the server refuses for good is narrowed down to one event and told as
 * a loss; when the server does not know our numbering we begin a new epoch. src/contract/batch.ts is the agreement.
 */
import { contractVersion, limits, streamOf, type KnownEvent, type LossEvent } from '../contract.js';
import type { Log } from '../log.js';
import { agentLimits } from '../limits.js';
import type { Outgoing } from '../spool/delivery.js';
import type { Spool } from '../spool/spool.js';
import { Backoff } from './backoff.js';
import type { HttpClient } from './http.js';
import { outcomeOf, type Outcome } from './outcome.js';

export interface UplinkOptions {
  readonly http: HttpClient;
  readonly credential: string;
  readonly spool: Spool;
  /** Of this boot, as it is known now. */
  readonly bootedAt: () => string;
  readonly log: Log;
  /** The server has more than before. */
  readonly onDelivered: () => void;
  /** What a new epoch begins with: agent_start, and the descriptions of all that live. */
  readonly openingEvents: () => readonly KnownEvent[];
}

export class Uplink {
  readonly #options: UplinkOptions;
  readonly #backoff = new Backoff();
  /** Sent and not acknowledged: stays as it is, whatever the spool drops meanwhile. */
  #batch: Outgoing | undefined;
  /** Fewer after a refusal, until the offender stands alone. */
  #eventsMax: number = limits.batchEventsMax;
  #rejectedInRow = 0;
  #lastTrouble = '';
  /** Of what is not sent yet. At first everything is. */
  #isUrgent = true;
  #isStopping = false;
  #stopped = false;
  #wake: (() => void) | undefined;
  #wakeIdle: (() => void) | undefined;
  #finished: Promise<void> | undefined;

  constructor(options: UplinkOptions) {
    this.#options = options;
  }

  start(): void {
    this.#options.spool.onAppended = (isUrgent) => {
      this.#isUrgent ||= isUrgent;
      this.#wakeIdle?.();
    };
    this.#finished = this.#run();
  }

  /** Sends what there is, for at most `timeoutMs`. True when nothing was left. */
  async stop(timeoutMs: number): Promise<boolean> {
    const { spool, http } = this.#options;
    const deadline = performance.now() + timeoutMs;
    this.#isStopping = true;
    this.#isUrgent = true;
    this.#wakeAll();
    while (!spool.isEmpty && performance.now() < deadline) await sleep(10);
    this.#stopped = true;
    this.#wakeAll();
    const empty = spool.isEmpty;
    http.close();
    await this.#finished;
    return empty;
  }

  async #run(): Promise<void> {
    const { http, credential } = this.#options;
    while (!this.#stopped) {
      this.#batch ??= await this.#nextBatch();
      if (this.#batch === undefined) {
        await this.#pause(agentLimits.flushMs);
        continue;
      }
      const { more } = this.#batch;
      const exchange = await http.post('/v1/batches', credential, this.#serialize(this.#batch));
      const delayMs = this.#take(outcomeOf(exchange, this.#batch.epoch), this.#batch);
      if (delayMs > 0) await this.#pause(delayMs);
      // A backlog is worked off as fast as the API takes it; where nothing is left, the next event is waited for.
      else if (this.#batch === undefined && !more && !this.#options.spool.isEmpty)
        await this.#pause(agentLimits.flushMs);
    }
  }

  /** Once there is something; at once when somebody may be waiting for it. */
  async #nextBatch(): Promise<Outgoing | undefined> {
    const { spool } = this.#options;
    if (spool.isEmpty) {
      await this.#untilAppended();
      await this.#pause(agentLimits.flushMs);
    }
    const lazyUntilMs = performance.now() + agentLimits.lazyFlushMs;
    for (let leftMs = agentLimits.lazyFlushMs; leftMs > 0 && !this.#isUrgent; leftMs = lazyUntilMs - performance.now())
      await this.#untilAppended(leftMs);
    const batch = spool.next(this.#eventsMax, agentLimits.batchBytesMax);
    this.#isUrgent = this.#isStopping || (batch?.more ?? false);
    return batch;
  }

  /** Milliseconds to wait before the next attempt. */
  #take(outcome: Outcome, batch: Outgoing): number {
    const isWhole = outcome.kind === 'committed' && outcome.committed >= batch.sequence + batch.lines.length - 1;
    this.#isUrgent ||= !isWhole;
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
    const progress = this.#options.spool.acknowledge(committed);
    if (progress === 'lost') return this.#beginEpoch();
    // The server contradicts itself, and must not be asked in a hot loop.
    if (progress === 'none') return this.#backoff.nextDelayMs();
    this.#batch = undefined;
    this.#eventsMax = Math.min(this.#eventsMax * 2, limits.batchEventsMax);
    this.#options.onDelivered();
    this.#backoff.reset();
    this.#rejectedInRow = 0;
    if (this.#lastTrouble !== '') this.#options.log.info('The API takes events again.');
    this.#lastTrouble = '';
    return 0;
  }

  #narrowDown(batch: Outgoing, reason: string): number {
    if (batch.lines.length > 1) {
      this.#eventsMax = Math.ceil(batch.lines.length / 2);
      this.#batch = { ...batch, lines: batch.lines.slice(0, this.#eventsMax), more: true };
      return 0;
    }
    const { kind, at } = JSON.parse(batch.lines[0] ?? '') as KnownEvent;
    const replaceable = kind !== 'loss' && kind !== 'agent_start';
    if (!replaceable || this.#rejectedInRow >= agentLimits.rejectedInRowMax) {
      this.#trouble(`The API refuses everything (${reason}): is it older than this agent?`);
      return this.#backoff.nextDelayMs();
    }
    this.#rejectedInRow += 1;
    this.#options.log.error('The API refused an event for good; a loss is recorded in its place.', {
      kind,
      at,
      reason,
    });
    const stream = streamOf(kind);
    const streams = stream === null ? {} : { [stream]: 1 };
    const loss: LossEvent = { kind: 'loss', at, cause: 'rejected', since: at, until: at, count: 1, streams };
    // Allowed, because nothing under that number was ever stored.
    this.#batch = { ...batch, lines: [JSON.stringify(loss)] };
    return 0;
  }

  #beginEpoch(): number {
    this.#options.log.warn('The API does not know our numbering; a new epoch begins.');
    this.#batch = undefined;
    this.#options.spool.renumber(this.#options.openingEvents);
    return this.#backoff.nextDelayMs();
  }

  /** A `Batch`, put together from events that are JSON already. */
  #serialize({ bootedAt = this.#options.bootedAt(), lines, more: _more, ...where }: Outgoing): string {
    const head = JSON.stringify({ version: contractVersion, ...where, bootedAt });
    return `${head.slice(0, -1)},"events":[${lines.join(',')}]}`;
  }

  /** Says the same trouble once, not on every attempt. */
  #trouble(sentence: string): void {
    if (sentence !== this.#lastTrouble) this.#options.log.warn(sentence);
    this.#lastTrouble = sentence;
  }

  /** Nothing else makes more to send. */
  #untilAppended(timeoutMs = Infinity): Promise<void> {
    if (this.#isStopping) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = Number.isFinite(timeoutMs) ? setTimeout(resolve, timeoutMs) : undefined;
      this.#wakeIdle = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #wakeAll(): void {
    this.#wake?.();
    this.#wakeIdle?.();
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
