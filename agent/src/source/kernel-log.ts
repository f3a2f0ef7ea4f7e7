/**
 * The kernel log as findings: OOM reports and faults, with their places and times, each once over all agents of a boot.
 *
 * - Only facility 0 is believed: user space writes to the same log, but not as the kernel.
 * - Sequences without a line are lost: overwritten before they were read.
 * - `unwatched` is what was in the log already when the sensor began to record.
 */
import { bootTimeOfLine, type Reading } from '../kernel/log/kernel-clock.js';
import type { KmsgRecord } from '../kernel/log/kmsg-record.js';
import type { LogFinding, LogPlace } from '../kernel/log/finding.js';
import { parseFaultLine } from '../kernel/log/fault-line.js';
import type { LogLine } from '../kernel/log/log-line.js';
import { OomAssembler, type OomReport } from '../kernel/log/oom-report.js';
import { agentLimits } from '../limits.js';
import { success, type Result } from '../result.js';
import { readKernelLogPosition, writeKernelLogPosition, type KernelLogPosition } from '../state/kernel-log.js';
import { openKmsg, type Kmsg } from './kmsg.js';
import type { Sensor } from './sensor.js';

export interface LostLines {
  readonly since: bigint;
  readonly until: bigint;
  readonly count: number;
}

export interface KernelLogOptions {
  readonly stateDir: string;
  readonly bootId: string;
  readonly sensor: Pick<Sensor, 'bootNanoseconds' | 'resumed'>;
}

/** Nobody may keep us reading for ever. */
const turnsAtStartMax = 1_024;

export function openKernelLog(options: KernelLogOptions): Result<KernelLog> {
  const kmsg = openKmsg();
  return kmsg.ok ? success(new KernelLog(kmsg.value, options)) : kmsg;
}

export class KernelLog {
  readonly #kmsg: Kmsg;
  readonly #options: KernelLogOptions;
  readonly #assembler = new OomAssembler();
  #findings: LogFinding[] = [];
  #lost: LostLines | undefined;
  /** The last one that was read, and told. */
  #read: number;
  #unwatchedUntil: number;
  #reading: Reading;
  #lineAt = 0n;
  #reportGrewAtMs = 0;
  #hasRead = false;
  readonly inherited: KernelLogPosition | undefined;

  /** Reads what is there: what comes after it is watched. */
  constructor(kmsg: Kmsg, options: KernelLogOptions) {
    this.#kmsg = kmsg;
    this.#options = options;
    this.inherited = readKernelLogPosition(options.stateDir, options.bootId);
    this.#read = this.inherited?.sequence ?? -1;
    this.#reading = this.#look(undefined);
    // Unknown until it is read; a sensor that went on recording left nothing unwatched that was not so before.
    this.#unwatchedUntil = options.sensor.resumed ? (this.inherited?.unwatchedUntil ?? -1) : Infinity;
    for (let turn = 0; turn < turnsAtStartMax && this.read(); turn += 1);
    if (!options.sensor.resumed) this.#unwatchedUntil = this.#read;
    this.keepPosition(this.inherited?.sequence ?? -1, this.inherited?.oomKills);
  }

  /** An OOM report is being written, or lacks its end. */
  get isOpen(): boolean {
    return this.#assembler.isOpen;
  }

  get position(): number {
    return this.#read;
  }

  /** True when there may be more to read at once. */
  read(): boolean {
    this.#reading = this.#look(this.#hasRead ? this.#reading.at : undefined);
    const more = this.#kmsg.read((record) => this.#take(record), agentLimits.kernelLogLinesPerTurnMax);
    this.#hasRead = !more;
    this.#endReport();
    return more && this.#findings.length < agentLimits.kernelLogFindingsMax;
  }

  takeFindings(): readonly LogFinding[] {
    const findings = this.#findings;
    this.#findings = [];
    return findings;
  }

  takeLost(): LostLines | undefined {
    const lost = this.#lost;
    this.#lost = undefined;
    return lost;
  }

  keepPosition(sequence: number, oomKills: number | undefined): boolean {
    const { stateDir, bootId } = this.#options;
    const kills = oomKills === undefined ? {} : { oomKills };
    return writeKernelLogPosition(stateDir, { bootId, sequence, unwatchedUntil: this.#unwatchedUntil, ...kills });
  }

  close(): void {
    this.#kmsg.close();
  }

  #look(after: bigint | undefined): Reading {
    const at = this.#options.sensor.bootNanoseconds();
    return { at, after, suspended: max(at - process.hrtime.bigint(), 0n) };
  }

  #take(record: KmsgRecord): void {
    if (record.sequence <= this.#read) return;
    const before = this.#lineAt;
    this.#lineAt = bootTimeOfLine(record.microseconds, this.#reading);
    const isFirst = this.#read < 0;
    if (record.sequence > this.#read + 1 && !isFirst) this.#lose(record.sequence - this.#read - 1, before);
    this.#read = record.sequence;
    if (record.facility === 0) this.#takeLine(record);
  }

  #takeLine({ text, sequence, microseconds }: KmsgRecord): void {
    const line = { text, sequence, microseconds, at: this.#lineAt };
    const { taken, report } = this.#assembler.add(line);
    if (taken) this.#reportGrewAtMs = performance.now();
    this.#keepReport(report);
    const fault = taken ? undefined : parseFaultLine(text);
    if (fault) this.#findings.push({ kind: 'fault', ...this.#placeOf(line), fault, text });
  }

  #endReport(): void {
    const quietMs = performance.now() - this.#reportGrewAtMs;
    const enough = this.#assembler.hasVictim ? agentLimits.kernelLogPollMs / 2 : agentLimits.oomReportQuietMs;
    if (this.#assembler.isOpen && quietMs > enough) this.#keepReport(this.#assembler.end());
  }

  #keepReport(report: OomReport | undefined): void {
    if (report) this.#findings.push({ kind: 'oom', ...this.#placeOf(report.until), report });
  }

  #placeOf({ sequence = 0, at = 0n }: LogLine): LogPlace {
    return { at, sequence, unwatched: sequence <= this.#unwatchedUntil };
  }

  #lose(count: number, since: bigint): void {
    this.#assembler.lost();
    // What is missing was written after the last look that read everything.
    const last = this.#reading.after ?? since;
    const lost = this.#lost ?? { since: last === 0n ? this.#lineAt : last, count: 0 };
    this.#lost = { since: lost.since, until: this.#lineAt, count: lost.count + count };
  }
}

function max(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}
