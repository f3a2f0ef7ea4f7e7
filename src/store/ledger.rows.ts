/** Events of one batch → what the ledger of the host is moved by (src/contract/ledger.ts). Pure. */
import {
  isKernelLoss,
  streamOf,
  streamOfKernelLoss,
  streams,
  type Event,
  type LedgerEvent,
  type LossEvent,
  type Stream,
} from '../contract/index.js';

export interface LedgerRows {
  readonly posts: readonly object[];
  readonly losses: readonly object[];
  readonly claims: readonly object[];
}

export interface Numbering {
  readonly run: string;
  /** Number of the first of the events. */
  readonly first: number;
  /** Up to here numbers restate what was told. */
  readonly opening: number;
}

type Counts = Record<Stream, number>;

interface Claim {
  readonly event: LedgerEvent;
  /** What was posted of the run before it in this batch. */
  readonly before: Counts;
}

interface Lost {
  readonly stream: Stream;
  readonly cause: LossEvent['cause'];
  count: number;
  uncounted: number;
  /** Besides `count`, whatever is missing of what the run had numbered up to here. */
  read?: number;
}

const none = (): Counts => ({ sensor: 0, 'kernel-log': 0 });

export function toLedgerRows(events: readonly Event[], { run, first, opening }: Numbering): LedgerRows {
  const stored = none();
  /** Stored, or lost of what had a number. */
  const posted = none();
  const losses = new Map<string, Lost>();
  const claims = new Map<string, Claim>();

  events.forEach((event, index) => {
    const stream = streamOf(event.kind);
    if (stream !== null && first + index > opening) {
      stored[stream] += 1;
      posted[stream] += 1;
    }
    if (event.kind === 'loss') for (const lost of toLost(event as LossEvent)) add(lost);
    // The last one of a run says all.
    if (event.kind === 'ledger') {
      const claim = event as LedgerEvent;
      claims.set(claim.run, { event: claim, before: { ...posted } });
    }
  });

  function add(lost: Lost): void {
    if (!isKernelLoss(lost.cause)) posted[lost.stream] += lost.count;
    const key = `${lost.stream} ${lost.cause}`;
    const former = losses.get(key);
    if (former === undefined) return void losses.set(key, lost);
    former.count += lost.count;
    former.uncounted += lost.uncounted;
    if (lost.read !== undefined) former.read = Math.max(lost.read, former.read ?? 0);
  }

  const isNeeded = (stream: Stream) => stored[stream] > 0 || claims.has(run);
  const own = streams.filter(isNeeded).map((stream) => ({ run, stream, stored: stored[stream] }));
  const others = [...claims.keys()].filter((other) => other !== run);
  return {
    posts: [...own, ...others.flatMap((other) => streams.map((stream) => ({ run: other, stream, stored: 0 })))],
    losses: [...losses.values()].map((lost) => lossRow(lost, run, stored)),
    claims: [...claims.values()].flatMap((claim) => claimRows(claim, run, posted)),
  };
}

/** `read` is told in the opening, before all that the batch stores. */
function lossRow(lost: Lost, run: string, stored: Counts): object {
  return { run, ...lost, ...(lost.read !== undefined && { later: stored[lost.stream] }) };
}

function claimRows({ event, before }: Claim, run: string, posted: Counts): object[] {
  const isOwn = event.run === run;
  return streams.map((stream) => ({
    run: event.run,
    stream,
    read: event.read[stream] ?? 0,
    later: isOwn ? posted[stream] - before[stream] : 0,
    at_ns: event.at,
    at_least: !isOwn,
  }));
}

function toLost({ cause, count, streams: counts, read }: LossEvent): Lost[] {
  if (read !== undefined && !isKernelLoss(cause))
    return streams.map((stream) => ({ stream, cause, count: 0, uncounted: 0, read: read[stream] ?? 0 }));
  if (counts === undefined || isKernelLoss(cause)) {
    return [{ stream: streamOfKernelLoss(cause), cause, count: count ?? 0, uncounted: count === undefined ? 1 : 0 }];
  }
  return streams
    .map((stream) => ({ stream, cause, count: counts[stream] ?? 0, uncounted: 0 }))
    .filter((lost) => lost.count > 0);
}
