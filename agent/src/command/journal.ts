/**
 * What the agent was about to do and what became of it, so that nothing is done twice: the file `commands` of the state directory.
 *
 * Lines of JSON, the first a head, then one for each step of a command:
 *   {"version":1,"floorMs":MS}
 *   {"intent":{"id","kind","bootId","atMs","expiresAtMs"}}    synced before anything is done
 *   {"asked":ID}                                              synced: the host is going down because we asked for it
 *   {"report":REPORT}                                         how it ended, synced before it is told
 *   {"told":ID}                                               the server has that report
 * Behaviour
 * - An intent without a report, found at the start, is reported as UNKNOWN and never done again.
 * - A last line without its end was never synced, so nothing was done for it. Any other damage makes the agent refuse for an
 *   hour what it may have done already: `floorMs`.
 * - Ids are kept past their expiry. What is forgotten moves the floor: a command that expires before it is refused.
 * - Once a write fails, the file is written anew, whole, before the next line.
 */
import type { Report } from '../contract.js';
import { agentLimits } from '../limits.js';
import { isUuid } from './parse-command.js';

/** journal-disk.ts; in tests one that crashes. Both throw when the disk fails. */
export interface JournalDisk {
  read(): string | undefined;
  /** Durable when it returns, if that is wanted. */
  append(text: string, durable: boolean): void;
  /** The whole of it, durable when it returns; or nothing of it. */
  replace(text: string): void;
}

export interface Intent {
  readonly id: string;
  readonly kind: string;
  readonly bootId: string;
  readonly atMs: number;
  readonly expiresAtMs: number;
}

export interface Entry {
  readonly intent: Intent;
  asked: boolean;
  report: Report | undefined;
  told: boolean;
}

const version = 1;
const hourMs = 3_600_000;

export class Journal {
  readonly #disk: JournalDisk;
  readonly #entries = new Map<string, Entry>();
  #floorMs = 0;
  #bytes = Infinity;

  /** Throws when the disk does: then nothing may be done. */
  constructor(disk: JournalDisk, nowMs: number) {
    this.#disk = disk;
    this.#load(disk.read(), nowMs);
    this.#rewrite(nowMs);
  }

  /** Those that an earlier agent did not bring to an end. */
  unended(): readonly Entry[] {
    return [...this.#entries.values()].filter(({ report }) => report === undefined);
  }

  untold(): readonly Report[] {
    return [...this.#entries.values()].flatMap(({ report, told }) => (report === undefined || told ? [] : [report]));
  }

  find(id: string): Entry | undefined {
    return this.#entries.get(id);
  }

  /** It may have been done before, by all that is still known. */
  isBelowFloor(expiresAtMs: number): boolean {
    return expiresAtMs <= this.#floorMs;
  }

  /** In the hour before; what lies in the future counts too, since a clock was set back. */
  countOfHour(nowMs: number): number {
    return [...this.#entries.values()].filter(({ intent }) => intent.atMs > nowMs - hourMs).length;
  }

  get isFull(): boolean {
    return this.#entries.size >= agentLimits.commandsKeptMax;
  }

  /** Throws when it is not on the disk: then nothing may be done. */
  intend(intent: Intent): void {
    if (this.#entries.has(intent.id)) throw new Error(`The command ${intent.id} was begun before.`);
    const entry = { intent, asked: false, report: undefined, told: false };
    this.#append({ intent }, true, intent.atMs);
    this.#entries.set(intent.id, entry);
  }

  asked(id: string): void {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    entry.asked = true;
    this.#append({ asked: id }, true);
  }

  /** Remembered even when it cannot be written: it is told, and after our end the intent is UNKNOWN. */
  end(report: Report): void {
    const entry = this.#entries.get(report.command);
    if (entry === undefined) return;
    entry.report = report;
    this.#append({ report }, true);
  }

  told(id: string): void {
    const entry = this.#entries.get(id);
    if (entry?.report === undefined || entry.told) return;
    entry.told = true;
    this.#append({ told: id }, false);
  }

  #append(line: object, durable: boolean, nowMs?: number): void {
    // In the middle of a command the file may be longer than it should.
    if (this.#bytes > agentLimits.commandJournalBytesMax && nowMs !== undefined) this.#rewrite(nowMs);
    if (this.#bytes === Infinity) this.#rewrite(undefined);
    const text = `${JSON.stringify(line)}\n`;
    const before = this.#bytes;
    this.#bytes = Infinity;
    this.#disk.append(text, durable);
    this.#bytes = before + text.length;
  }

  #rewrite(nowMs: number | undefined): void {
    if (nowMs !== undefined) this.#forget(nowMs);
    const lines: object[] = [{ version, floorMs: this.#floorMs }];
    for (const { intent, asked, report, told } of this.#entries.values()) {
      lines.push({ intent });
      if (asked) lines.push({ asked: intent.id });
      // What the server has is its.
      if (report !== undefined)
        lines.push({ report: told ? { command: report.command, state: report.state } : report });
      if (told) lines.push({ told: intent.id });
    }
    const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
    this.#bytes = Infinity;
    this.#disk.replace(text);
    this.#bytes = text.length;
  }

  #forget(nowMs: number): void {
    for (const [id, { intent, told }] of this.#entries) {
      const { atMs, expiresAtMs } = intent;
      const isOld = expiresAtMs + agentLimits.commandsKeptMs < nowMs && atMs + hourMs < nowMs;
      if (!told || !isOld) continue;
      this.#entries.delete(id);
      this.#floorMs = Math.max(this.#floorMs, expiresAtMs);
    }
  }

  #load(text: string | undefined, nowMs: number): void {
    if (text === undefined) return;
    const lines = text.split('\n').slice(0, -1).map(parseLine);
    const [head, ...steps] = lines;
    const isHead = head?.['version'] === version && Number.isFinite(head['floorMs']);
    if (isHead) this.#floorMs = head['floorMs'] as number;
    const understood = steps.map((step) => this.#take(step));
    if (!isHead || !understood.every(Boolean)) this.#floorMs = Math.max(this.#floorMs, nowMs + hourMs);
  }

  #take(line: Fields | undefined): boolean {
    if (line === undefined) return false;
    if (isIntent(line['intent'])) {
      const { intent } = line;
      this.#entries.set(intent.id, { intent, asked: false, report: undefined, told: false });
      return true;
    }
    const report = line['report'] as Report | null | undefined;
    const entry = this.#entries.get(String(line['asked'] ?? line['told'] ?? report?.command));
    if (entry === undefined) return false;
    if (typeof report === 'object' && report !== null) entry.report = report;
    if (line['asked'] !== undefined) entry.asked = true;
    if (line['told'] !== undefined) entry.told = true;
    return true;
  }
}

type Fields = Readonly<Record<string, unknown>> & { readonly intent?: Intent };

function isIntent(value: unknown): value is Intent {
  if (typeof value !== 'object' || value === null) return false;
  const { id, kind, bootId, atMs, expiresAtMs } = value as Record<string, unknown>;
  return (
    isUuid(id) && typeof kind === 'string' && typeof bootId === 'string' && [atMs, expiresAtMs].every(Number.isFinite)
  );
}

function parseLine(line: string): Fields | undefined {
  try {
    const value = JSON.parse(line) as unknown;
    return typeof value === 'object' && value !== null ? (value as Fields) : undefined;
  } catch {
    return undefined;
  }
}
