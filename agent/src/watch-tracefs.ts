/**
 * Turns of the tracefs rung: read what happened until now, translate it, tell it, remember how far that was.
 *
 * Reading takes events out of the kernel for good, so each turn ends with them in the spool; what a killed agent had read
 * and not spooled is counted by the next one (state/trace-lives.ts).
 *
 * A list (snapshot) is joined with everything that happened until after it was made, and told behind that.
 */
import { agentLimits } from './limits.js';
import type { TracefsSensor, TraceLoss, TraceReading } from './source/sensor.js';
import type { Spool } from './spool/spool.js';
import { translate } from './track/trace/translate.js';
import type { Tracker } from './track/tracker.js';
import type { Watch } from './watch.js';

interface Parts {
  readonly sensor: TracefsSensor;
  readonly tracker: Tracker;
  readonly spool: Spool;
}

export class TracefsWatch implements Watch {
  readonly #sensor: TracefsSensor;
  readonly #tracker: Tracker;
  readonly #spool: Spool;
  #timer: NodeJS.Timeout | undefined;
  #immediate: NodeJS.Immediate | undefined;
  #wanted: { readonly refresh: boolean } | undefined;
  #snapshotAtMs = -Infinity;
  /** Everything up to this time has been read. */
  #readUpTo = 0n;

  constructor({ sensor, tracker, spool }: Parts) {
    this.#sensor = sensor;
    this.#tracker = tracker;
    this.#spool = spool;
  }

  start(): void {
    const at = this.#sensor.bootNanoseconds();
    // The first records may be of those who were there before them.
    this.#tracker.learn(this.#sensor.lives.living().map(({ who }) => ({ kind: 'task', at, who })));
    this.#takeSnapshot(false);
    this.#commit();
    this.#next();
  }

  wantSnapshot(): void {
    this.#wanted ??= { refresh: false };
    this.#snapshotAtMs = -Infinity;
  }

  mark(): () => boolean {
    const at = this.#sensor.bootNanoseconds();
    return () => this.#readUpTo >= at;
  }

  stop(): void {
    clearTimeout(this.#timer);
    clearImmediate(this.#immediate);
    this.#readUntil(this.#sensor.bootNanoseconds());
    this.#tell(this.#sensor.readRest());
    // No exec will follow that could say a held fork better.
    this.#tracker.beginTurn(this.#sensor.bootNanoseconds() + BigInt(agentLimits.forkHeldMs) * 1_000_000n);
    this.#commit();
  }

  #next(): void {
    const count = this.#turn();
    const next = () => this.#next();
    if (count >= agentLimits.recordsPerTurnMax) this.#immediate = setImmediate(next);
    else this.#timer = setTimeout(next, count > 0 ? agentLimits.pollBusyMs : agentLimits.tracePollIdleMs);
  }

  /** The number of events that were read. */
  #turn(): number {
    const now = this.#sensor.bootNanoseconds();
    this.#tracker.beginTurn(now);
    const reading = this.#sensor.read(now, agentLimits.recordsPerTurnMax);
    this.#tell(reading);
    if (reading.count < agentLimits.recordsPerTurnMax) this.#readUpTo = now;
    const due = performance.now() - this.#snapshotAtMs > agentLimits.snapshotIntervalMs;
    if (this.#wanted && due) this.#takeSnapshot(this.#wanted.refresh);
    this.#commit();
    return reading.count;
  }

  #readUntil(until: bigint): void {
    for (;;) {
      const reading = this.#sensor.read(until, agentLimits.recordsPerTurnMax);
      if (reading.count === 0) break;
      this.#tell(reading);
      this.#commit();
    }
    this.#readUpTo = until;
  }

  /** Where events are missing, whoever was known before that is in doubt behind it. */
  #tell({ events }: TraceReading): void {
    let rest = events;
    for (const loss of this.#sensor.takeLosses()) {
      const behind = rest.findIndex(({ at }) => at > loss.since);
      const split = behind < 0 ? rest.length : behind;
      this.#translate(rest.slice(0, split));
      rest = rest.slice(split);
      this.#tellLoss(loss);
    }
    this.#translate(rest);
  }

  #translate(events: TraceReading['events']): void {
    const { lives, details } = this.#sensor;
    for (const record of translate(events, lives, details)) this.#tracker.handle(record, 0);
  }

  #tellLoss({ since, until, count }: TraceLoss): void {
    const range = { at: until.toString(), since: since.toString(), until: until.toString() };
    this.#spool.push({ kind: 'loss', cause: 'trace-overrun', ...range, ...(count !== undefined && { count }) });
    this.#sensor.lives.doubt();
    this.#wanted = { refresh: true };
  }

  #commit(): void {
    this.#sensor.keep();
    this.#spool.commit(0, 0);
    this.#sensor.told();
  }

  #takeSnapshot(refresh: boolean): void {
    this.#wanted = undefined;
    this.#snapshotAtMs = performance.now();
    const since = this.#sensor.bootNanoseconds();
    const listed = this.#sensor.listTasks();
    const at = this.#sensor.bootNanoseconds();
    this.#readUntil(at);
    const whos = this.#sensor.lives.reconcile(
      listed.filter(({ who }) => !who.dead).map(({ who }) => who),
      since,
    );
    this.#tracker.takeSnapshot(
      whos.map((who) => ({ kind: 'task', at, who })),
      refresh,
    );
    this.#spool.push({ kind: 'snapshot', at: at.toString(), since: since.toString(), processes: whos.length });
  }
}
