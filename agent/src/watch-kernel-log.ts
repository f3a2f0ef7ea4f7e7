/**
 * Turns of the kernel log: read what is new, and tell it when the records that the kernel made before it were read, so
 * that whom it names is known.
 *
 * Told is all or nothing: everything read so far, in one frame of the spool, and only while no report is open. So the
 * position in the state directory is one number; a crash before it was written leaves it behind the events, whose own
 * sequences are then found in the spool (`toldBefore`).
 */
import { delayToBeat } from './beat.js';
import { agentLimits } from './limits.js';
import type { LossEvent } from './contract.js';
import type { Result } from './result.js';
import type { KernelLog } from './source/kernel-log.js';
import { OomCounters } from './source/oom-counters.js';
import type { Sensor } from './source/sensor.js';
import type { Spool } from './spool/spool.js';
import { LogEvents } from './track/log-events.js';
import { OomBalance } from './track/oom-balance.js';
import type { Tracker } from './track/tracker.js';
import type { Watch } from './watch.js';

interface Parts {
  readonly log: KernelLog;
  readonly sensor: Pick<Sensor, 'bootNanoseconds'>;
  readonly tracker: Tracker;
  readonly spool: Spool;
  readonly watch: Watch;
  readonly nameOfUser: (uid: number) => string | undefined;
}

/** Undefined where the log cannot be read. */
export function watchKernelLog(log: Result<KernelLog>, parts: Omit<Parts, 'log'>): KernelLogWatch | undefined {
  return log.ok ? new KernelLogWatch({ log: log.value, ...parts }) : undefined;
}

export class KernelLogWatch {
  readonly #parts: Parts;
  readonly #events: LogEvents;
  readonly #counters = new OomCounters();
  readonly #balance: OomBalance;
  readonly #toldBefore: number;
  #timer: NodeJS.Timeout | undefined;
  /** What was read at the last look may be told once this is true. */
  #passed: () => boolean = () => true;
  /** Everything up to here was told; undefined before the first time. */
  #told: number | undefined;
  #kept: number;
  #checkedAtMs = -Infinity;
  #lookedAtMs = -Infinity;
  #checkedAt = 0n;

  constructor(parts: Parts) {
    const { log, spool, tracker, nameOfUser } = parts;
    this.#parts = parts;
    const lives = { mentionAt: tracker.mentionAt.bind(tracker), nameOfUser };
    this.#events = new LogEvents(lives, (event) => spool.push(event));
    this.#kept = log.inherited?.sequence ?? -1;
    const inSpool = lastToldSequence(spool.lastLines());
    this.#toldBefore = Math.max(this.#kept, inSpool);
    // What a crash kept from being accounted for is not known: the count begins anew.
    this.#balance = new OomBalance(inSpool > this.#kept ? undefined : log.inherited?.oomKills);
  }

  start(): void {
    this.#checkedAt = this.#parts.sensor.bootNanoseconds();
    this.#passed = this.#parts.watch.mark();
    this.#next(agentLimits.kernelLogPollMs);
  }

  /** After the last turn of the sensor's watch. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#tell();
    this.#parts.log.read();
    this.#tell();
    this.#keepPosition();
    this.#parts.log.close();
  }

  #next(delayMs: number): void {
    this.#timer = setTimeout(() => this.#turn(), delayMs);
  }

  #turn(): void {
    if (!this.#passed()) return this.#next(agentLimits.kernelLogPollMs);
    const { log, watch } = this.#parts;
    this.#tell();
    const before = log.position;
    const more = log.read();
    if (log.position !== before) this.#passed = watch.mark();
    this.#check();
    this.#next(more ? 0 : delayToBeat(agentLimits.kernelLogPollMs, agentLimits.pollIdleMsMax));
  }

  /** The rest of a report that is being written is told with it. */
  #tell(): void {
    const { log, spool } = this.#parts;
    if (log.isOpen) return;
    const lost = log.takeLost();
    if (lost) this.#lose(lost);
    const findings = log.takeFindings();
    for (const finding of findings) {
      if (finding.sequence <= this.#toldBefore) continue;
      this.#events.tell(finding);
      if (finding.kind === 'oom') this.#balance.told(finding.report.kills, finding.report.fields.victimCgroup);
    }
    this.#told = log.position;
    spool.flush();
    if (findings.length > 0 || lost) this.#keepPosition();
  }

  #keepPosition(): void {
    const { log, spool } = this.#parts;
    if (this.#told === undefined || this.#told === this.#kept || !spool.isWritten) return;
    if (log.keepPosition(this.#told, this.#balance.accounted)) this.#kept = this.#told;
  }

  /** Whether the kernel counts OOM kills that the log did not show. */
  #check(): void {
    const now = performance.now();
    if (this.#told === undefined || now - this.#checkedAtMs < agentLimits.oomCheckMs) return;
    this.#checkedAtMs = now;
    const { tracker, spool, sensor } = this.#parts;
    const ofCgroup = (path: string) => this.#counters.ofCgroup(path);
    const ofHost = this.#counters.ofHost();
    const until = sensor.bootNanoseconds();
    this.#balance.begin(ofHost);
    for (const missing of this.#balance.check(ofHost, ofCgroup)) {
      this.#lose({ since: this.#checkedAt, until, ...missing });
    }
    this.#checkedAt = until;
    if (now - this.#lookedAtMs > agentLimits.oomCgroupsMs) {
      this.#lookedAtMs = now;
      this.#balance.look(tracker.cgroups(), ofCgroup, agentLimits.oomCgroupsMax);
    }
    spool.flush();
    this.#keepPosition();
  }

  #lose({ since, until, count, cgroup }: { since: bigint; until: bigint; count: number; cgroup?: string }): void {
    const loss: LossEvent = {
      kind: 'loss',
      at: until.toString(),
      cause: 'kernel-log-overrun',
      since: since.toString(),
      until: until.toString(),
      count,
      ...(cgroup !== undefined && { cgroup }),
    };
    this.#parts.spool.push(loss);
  }
}

/** Of events as JSON; -1 when none is of the kernel log. */
export function lastToldSequence(lines: readonly string[]): number {
  let last = -1;
  for (const line of lines) {
    const sequence = /^\{"kind":"(?:oom_report|kernel_log)","at":"\d+","sequence":(\d+)/.exec(line)?.[1];
    if (sequence !== undefined) last = Math.max(last, Number(sequence));
  }
  return last;
}
