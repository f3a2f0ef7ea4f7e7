/**
 * Events that no batch holds yet, oldest first, bounded in number and in bytes (limits.ts).
 *
 * When it is full the oldest eighth goes at once. What went is told by one loss event in its place, and the processes
 * that the rest still refers to are described again from what was dropped.
 */
import type { KnownEvent, LossEvent, ProcessRef } from '../contract.js';
import { agentLimits } from '../limits.js';
import { missingDescriptions, type Entry } from './mentions.js';

export interface BufferLimits {
  readonly eventsMax: number;
  readonly bytesMax: number;
}

const defaults: BufferLimits = { eventsMax: agentLimits.bufferEventsMax, bytesMax: agentLimits.bufferBytesMax };

export class EventBuffer {
  #entries: Entry[] = [];
  /** Entries before this index were taken; the array is shortened now and then. */
  #first = 0;
  #bytes = 0;
  readonly #limits: BufferLimits;

  constructor(limits: BufferLimits = defaults) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#entries.length - this.#first;
  }

  get first(): Entry | undefined {
    return this.#entries[this.#first];
  }

  push(event: KnownEvent, position: number): void {
    const entry = { event, position, bytes: estimateBytes(event) };
    this.#entries.push(entry);
    this.#bytes += entry.bytes;
    if (this.size > this.#limits.eventsMax || this.#bytes > this.#limits.bytesMax) this.#drop();
  }

  /** At most so many events and, but for the first, so many bytes. */
  take(eventsMax: number, bytesMax: number): readonly Entry[] {
    const taken: Entry[] = [];
    let bytes = 0;
    while (taken.length < eventsMax && this.#first < this.#entries.length) {
      const entry = this.#entries[this.#first];
      if (entry === undefined || (taken.length > 0 && bytes + entry.bytes > bytesMax)) break;
      taken.push(entry);
      bytes += entry.bytes;
      this.#first += 1;
    }
    this.#bytes -= bytes;
    if (this.#first > 1024 && this.#first * 2 > this.#entries.length) this.#compact();
    return taken;
  }

  /** Takes everything out. */
  drain(): readonly Entry[] {
    return this.take(Infinity, Infinity);
  }

  /** Puts entries before all others; never drops. */
  unshift(entries: readonly Entry[]): void {
    this.#compact();
    this.#entries = [...entries, ...this.#entries];
    for (const entry of entries) this.#bytes += entry.bytes;
  }

  #drop(): void {
    const dropped = this.take(Math.max(1, Math.ceil(this.size / 8)), Infinity);
    const loss = lossOf(dropped);
    const kept = new Map<string, KnownEvent>();
    for (const { event } of dropped) if (event.kind === 'process') kept.set(`${event.pid}:${event.start}`, event);
    const describe = (ref: ProcessRef) => kept.get(`${ref.pid}:${ref.start}`);
    const rest = this.#entries.slice(this.#first);
    const position = dropped.at(-1)?.position ?? 0;
    // agent_start opens an epoch: it may not be lost.
    const starts = dropped.map(({ event }) => event).filter(({ kind }) => kind === 'agent_start');
    const front = [...starts, loss, ...missingDescriptions(rest, describe)];
    this.unshift(front.map((event) => ({ event, position, bytes: estimateBytes(event) })));
  }

  #compact(): void {
    if (this.#first > 0) this.#entries = this.#entries.slice(this.#first);
    this.#first = 0;
  }
}

/** Adds up: a loss that is dropped itself still counts what it stood for. */
function lossOf(dropped: readonly Entry[]): LossEvent {
  let since: bigint | undefined;
  let until = 0n;
  let count = 0;
  for (const { event } of dropped) {
    const from = BigInt(event.kind === 'loss' ? event.since : event.at);
    const to = BigInt(event.kind === 'loss' ? event.until : event.at);
    if (since === undefined || from < since) since = from;
    if (to > until) until = to;
    if (event.kind === 'loss') count += event.count ?? 0;
    else if (event.kind !== 'agent_start') count += 1;
  }
  return {
    kind: 'loss',
    at: until.toString(),
    cause: 'buffer-full',
    since: (since ?? until).toString(),
    until: until.toString(),
    count,
  };
}

/** Near enough for a bound: what varies is the text of a description. */
export function estimateBytes(event: KnownEvent): number {
  if (event.kind === 'agent_start') return 1_000;
  if (event.kind !== 'process') return 256;
  let bytes = 400 + (event.exe?.length ?? 0) + (event.cgroup?.length ?? 0);
  for (const arg of event.args) bytes += arg.length * 2 + 4;
  return bytes;
}
