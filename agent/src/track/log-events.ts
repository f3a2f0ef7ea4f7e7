/**
 * Findings of the kernel log in, wire events out.
 *
 * Whom a line names by pid and name is looked up among the lives that we know. A death that nobody watched, and whose line
 * names nobody we know, is told from the line: a life that begins and ends with it (`kernel-log`, `reconstructed`).
 */
import { limits, type KnownEvent, type OomVictim, type ProcessRef } from '../contract.js';
import { cutText } from '../bytes/text.js';
import { parseCgroupPath } from '../kernel/cgroup-path.js';
import type { FaultLine } from '../kernel/log/fault-line.js';
import type { LogFinding, LogPlace } from '../kernel/log/finding.js';
import type { OomReport } from '../kernel/log/oom-report.js';

export interface Lives {
  /** Who that was, described by now. */
  mentionAt(pid: number, comm: string, at: bigint): ProcessRef | undefined;
  nameOfUser(uid: number): string | undefined;
}

interface Dead {
  readonly pid: number;
  readonly comm: string;
  readonly signal: number;
  readonly uid?: number | undefined;
  readonly cgroup?: string | undefined;
}

/** The stamp of a line is that inexact while we watch (kernel-clock.ts). */
const inexactNs = 1_000_000_000n;
/** The kernel can name a victim again until it is gone. */
const sameDeathNs = 60_000_000_000n;
const deathsMax = 1_024;
const sigkill = 9;

export class LogEvents {
  readonly #lives: Lives;
  readonly #emit: (event: KnownEvent) => void;
  /** Deaths told from the log, by pid and name. */
  readonly #deaths = new Map<string, { readonly at: bigint; readonly ref: ProcessRef }>();

  constructor(lives: Lives, emit: (event: KnownEvent) => void) {
    this.#lives = lives;
    this.#emit = emit;
  }

  tell(finding: LogFinding): void {
    if (finding.kind === 'oom') this.#tellReport(finding, finding.report.fields);
    else this.#tellFault(finding, finding.fault, finding.text);
  }

  #tellReport(place: LogPlace, report: OomReport['fields']): void {
    const { trigger } = report;
    const victims = report.victims.map((victim) => this.#withProcess(victim, place, report.victimCgroup));
    const triggerProcess = trigger?.pid && this.#lives.mentionAt(trigger.pid, trigger.comm, place.at + inexactNs);
    this.#emit({
      kind: 'oom_report',
      at: place.at.toString(),
      sequence: place.sequence,
      ...(place.unwatched && { reconstructed: true }),
      ...report,
      ...(trigger && { trigger: triggerProcess ? { ...trigger, process: triggerProcess } : trigger }),
      victims,
    });
  }

  #withProcess(victim: OomVictim, place: LogPlace, cgroup: string | undefined): OomVictim {
    const process = this.#whoDied({ ...victim, signal: sigkill, cgroup }, place);
    return process ? { ...victim, process } : victim;
  }

  #tellFault(place: LogPlace, { topic, pid, comm, signal }: FaultLine, text: string): void {
    const process =
      signal === undefined
        ? this.#lives.mentionAt(pid, comm, place.at + inexactNs)
        : this.#whoDied({ pid, comm, signal }, place);
    this.#emit({
      kind: 'kernel_log',
      at: place.at.toString(),
      sequence: place.sequence,
      topic,
      ...(process && { process }),
      pid,
      comm,
      text: cutText(text, limits.kernelLineCharactersMax),
    });
  }

  #whoDied(dead: Dead, { at, unwatched }: LogPlace): ProcessRef | undefined {
    if (!unwatched) return this.#lives.mentionAt(dead.pid, dead.comm, at + inexactNs);
    // Who began after the line is somebody else, even with pid and name the same.
    return this.#lives.mentionAt(dead.pid, dead.comm, at) ?? this.#reconstruct(dead, at);
  }

  #reconstruct(dead: Dead, at: bigint): ProcessRef {
    const key = `${dead.pid} ${dead.comm}`;
    const told = this.#deaths.get(key);
    if (told && at - told.at < sameDeathNs) return told.ref;
    const time = at.toString();
    const ref = { pid: dead.pid, start: time };
    this.#remember(key, at, ref);
    this.#emit({
      kind: 'process',
      at: time,
      ...ref,
      origin: 'kernel-log',
      comm: dead.comm,
      args: [],
      ...this.#known(dead),
    });
    this.#emit({ kind: 'exit', at: time, ...ref, signal: dead.signal, coreDumped: false, reconstructed: true });
    return ref;
  }

  #remember(key: string, at: bigint, ref: ProcessRef): void {
    this.#deaths.set(key, { at, ref });
    const [oldest] = this.#deaths.keys();
    if (this.#deaths.size > deathsMax && oldest !== undefined) this.#deaths.delete(oldest);
  }

  /** What an OOM report says of its victim. */
  #known({ uid, cgroup }: Dead) {
    const name = uid === undefined ? undefined : this.#lives.nameOfUser(uid);
    const { unit, container } = cgroup === undefined ? {} : parseCgroupPath(cgroup);
    return {
      ...(uid !== undefined && { user: { uid, ...(name !== undefined && { name }) } }),
      ...(cgroup !== undefined && { cgroup }),
      ...(unit !== undefined && { unit }),
      ...(container && { container }),
    };
  }
}
