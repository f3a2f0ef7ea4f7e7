/**
 * What became of the core dump of each death that asked for one. The kernel writes a file before the process ends;
 * systemd-coredump goes on compressing after it, so that is waited for a while.
 */
import { readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { limits, type CoreDumpEvent, type ProcessRef } from '../contract.js';
import { obstacleTo } from '../kernel/core-obstacle.js';
import { parseCorePattern, type CorePattern } from '../kernel/core-pattern.js';
import type { CoreRecord } from '../kernel/record.js';
import { parseWaitStatus } from '../kernel/signal.js';
import { agentLimits } from '../limits.js';
import { findCoreFile, type CoreFile } from './core-files.js';
import { readPageBytes } from './page-bytes.js';
import { readBootId, readText } from './proc.js';

interface Dump {
  readonly record: CoreRecord;
  readonly victim: ProcessRef;
  readonly text: string;
  readonly pattern: CorePattern;
  readonly sinceMs: number;
}

/** Times of files come from a clock that stands still for a tick: up to 10 ms behind (ktime_get_coarse_real_ts64). */
const fileClockMs = 20;

export class CoreDumps {
  readonly #emit: (event: CoreDumpEvent) => void;
  readonly #bootNanoseconds: () => bigint;
  readonly #bootId = readBootId().replaceAll('-', '');
  readonly #pageBytes = readPageBytes();
  readonly #waiting = new Map<Dump, bigint>();

  constructor(emit: (event: CoreDumpEvent) => void, bootNanoseconds: () => bigint) {
    this.#emit = emit;
    this.#bootNanoseconds = bootNanoseconds;
  }

  take(record: CoreRecord, victim: ProcessRef, exe: string | undefined): void {
    const text = (readText('/proc/sys/kernel/core_pattern') ?? '').trim();
    const usesPid = readText('/proc/sys/kernel/core_uses_pid')?.trim() === '1';
    const { signal = 0, coreDumped } = parseWaitStatus(record.status);
    // The probe, which alone has such records, always tells the user.
    const { pid, comm, uid = 0 } = record.who;
    const cwd = this.#sees(record) ? record.cwd : undefined;
    const pattern = parseCorePattern(text, usesPid, {
      ...{ pid, comm, uid, exe, signal, cwd },
      ownPid: record.ownPid,
      hostname: hostname(),
    });
    const now = this.#bootNanoseconds();
    const dump = {
      record,
      victim,
      text,
      pattern,
      sinceMs: Date.now() - Number((now - record.who.start) / 1_000_000n) - fileClockMs,
    };
    if (!coreDumped) return this.#tell(dump, obstacleTo({ pattern, pageBytes: this.#pageBytes, ...limitsOf(record) }));
    const file = this.#find(dump);
    if (file || pattern.kind !== 'handler' || this.#waiting.size >= agentLimits.coreDumpsWaitingMax) {
      return this.#tell(dump, this.#sizeOf(dump, file));
    }
    this.#waiting.set(dump, now + BigInt(agentLimits.coreDumpWaitMs) * 1_000_000n);
  }

  /** From time to time: what a handler has finished meanwhile. */
  look(): void {
    for (const [dump, until] of this.#waiting) {
      const file = this.#find(dump);
      if (file === undefined && this.#bootNanoseconds() < until) continue;
      this.#waiting.delete(dump);
      this.#tell(dump, this.#sizeOf(dump, file));
    }
  }

  /** A container's paths are not ours. */
  #sees({ mountNamespace }: CoreRecord): boolean {
    return readlinkSync('/proc/self/ns/mnt') === `mnt:[${mountNamespace}]`;
  }

  #find({ record, pattern, sinceMs }: Dump): CoreFile | undefined {
    if (pattern.kind === 'file' && !this.#sees(record)) return undefined;
    return findCoreFile({ pattern, pid: record.who.pid, bootId: this.#bootId, sinceMs });
  }

  #sizeOf({ record: { limit }, pattern }: Dump, file: CoreFile | undefined): Partial<CoreDumpEvent> {
    if (file === undefined) return {};
    const { path, sizeBytes } = file;
    // The kernel stops at the limit, and writes page by page.
    const truncated = pattern.kind === 'file' && limit !== undefined && BigInt(sizeBytes + this.#pageBytes) > limit;
    return { path, sizeBytes, ...(truncated && { truncated, obstacle: 'resource-limit', limitBytes: Number(limit) }) };
  }

  #tell({ record, victim, text }: Dump, what: Partial<CoreDumpEvent>): void {
    const pattern = text.slice(0, limits.nameCharactersMax);
    this.#emit({ kind: 'core_dump', at: record.at.toString(), victim, pattern, ...what });
  }
}

function limitsOf({ limit, dumpable }: CoreRecord) {
  return { limit, dumpable };
}
