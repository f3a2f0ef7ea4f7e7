/**
 * The buffers of an instance, one for each CPU, read without waiting and merged by time.
 *
 * Reading takes a page out of the kernel for good. So no more is read than is needed: one page of each CPU waits here,
 * and a page is only read when the events of the one before it are used up.
 */
import { closeSync, constants, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import type { PageLayout } from '../kernel/trace/event-format.js';
import { readPage, type Page, type RawEvent } from '../kernel/trace/page.js';

/** A stretch in which a CPU's events were overwritten before they were read. */
export interface Gap {
  /** The last event before it; undefined where that was another agent's to read. */
  readonly since: bigint | undefined;
  readonly until: bigint;
  readonly count: number | 'unknown';
}

export class TracePipes {
  readonly #pipes: readonly Pipe[];
  readonly #gaps: Gap[] = [];

  constructor(directory: string, cpus: readonly number[], layout: PageLayout) {
    const onGap = (gap: Gap) => void this.#gaps.push(gap);
    this.#pipes = cpus.flatMap((cpu) => openPipe(join(directory, `per_cpu/cpu${cpu}/trace_pipe_raw`), layout, onGap));
  }

  /**
   * Hands over the events before `until` in the order of their times, at most `eventsMax`, and returns their number.
   * `until` must not be later than now: what has happened by then is in the buffers.
   */
  read(until: bigint, eventsMax: number, handle: (event: RawEvent) => void): number {
    // A CPU that has nothing now has nothing before `until`, and is not asked again.
    const pipes = new Set(this.#pipes);
    let count = 0;
    while (count < eventsMax) {
      const earliest = earliestOf(pipes);
      const event = earliest?.next();
      if (earliest === undefined || event === undefined || event.at >= until) break;
      handle(event);
      earliest.advance();
      count += 1;
    }
    return count;
  }

  /** Hands over what was taken out of the kernel, and takes out no more. */
  readWaiting(handle: (event: RawEvent) => void): number {
    const events = this.#pipes.flatMap((pipe) => pipe.takeWaiting());
    events.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0)).forEach(handle);
    return events.length;
  }

  takeGaps(): readonly Gap[] {
    return this.#gaps.splice(0);
  }

  close(): void {
    for (const pipe of this.#pipes) pipe.close();
  }
}

/** Removes those that have nothing. */
function earliestOf(pipes: Set<Pipe>): Pipe | undefined {
  let earliest: Pipe | undefined;
  let at: bigint | undefined;
  for (const pipe of pipes) {
    const next = pipe.next();
    if (next === undefined) pipes.delete(pipe);
    else if (at === undefined || next.at < at) {
      earliest = pipe;
      at = next.at;
    }
  }
  return earliest;
}

/** A CPU that is possible and not there has no buffer. */
function openPipe(path: string, layout: PageLayout, onGap: (gap: Gap) => void): readonly Pipe[] {
  try {
    return [new Pipe(openSync(path, constants.O_RDONLY | constants.O_NONBLOCK), layout, onGap)];
  } catch (error) {
    if (['ENOENT', 'ENODEV', 'ENXIO'].includes((error as NodeJS.ErrnoException).code ?? '')) return [];
    throw error;
  }
}

class Pipe {
  readonly #fd: number;
  readonly #layout: PageLayout;
  readonly #onGap: (gap: Gap) => void;
  #events: readonly RawEvent[] = [];
  #used = 0;
  #lastAt: bigint | undefined;

  constructor(fd: number, layout: PageLayout, onGap: (gap: Gap) => void) {
    this.#fd = fd;
    this.#layout = layout;
    this.#onGap = onGap;
  }

  /** Undefined: there is nothing now. */
  next(): RawEvent | undefined {
    // A page can hold nothing but padding.
    while (this.#used === this.#events.length) {
      const page = this.#readPage();
      if (page === undefined) return undefined;
      this.#events = page.events;
      this.#used = 0;
    }
    return this.#events[this.#used];
  }

  advance(): void {
    this.#lastAt = this.#events[this.#used]?.at;
    this.#used += 1;
  }

  takeWaiting(): readonly RawEvent[] {
    const waiting = this.#events.slice(this.#used);
    this.#used = this.#events.length;
    return waiting;
  }

  close(): void {
    closeSync(this.#fd);
  }

  #readPage(): Page | undefined {
    // Each page has memory of its own: its events are views of it.
    const bytes = new Uint8Array(this.#layout.pageBytes);
    let length: number;
    try {
      length = readSync(this.#fd, bytes);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return undefined;
      throw error;
    }
    if (length === 0) return undefined;
    const page = readPage(bytes.subarray(0, length), this.#layout);
    const count = page.damaged ? 'unknown' : page.missed;
    if (count !== 0) this.#onGap({ since: this.#lastAt, until: page.at, count });
    return page;
  }
}
