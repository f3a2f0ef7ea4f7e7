/**
 * The segments that are on disk, oldest first. Names count upwards: 16 digits and `.segment`.
 *
 * - Only the agent that began a run adds to it, and only to its last segment.
 * - What an agent left that was killed may be in the system's memory only: its successor syncs it.
 * - A segment that could not be written or synced is given up: what it may lack is written again, under the same
 *   sequences, into the next one. So where segments of a run overlap, the later one counts.
 */
import type { Disk } from './disk.js';
import { decodeSegment, encodeFrame, encodeHeader, endOf, type Contents, type Header } from './segment.js';
import { plus, tallyOf } from './tally.js';

export interface Segment {
  readonly name: string;
  readonly header: Header;
  bytes: number;
  /** It holds one event any longer. */
  readonly shrunk?: true;
}

interface OpenFile {
  readonly segment: Segment;
  readonly file: number;
}

/** A header is smaller: blind spots have a limit. */
const headerBytesMax = 64 * 1024;
const namePattern = /^\d{16}\.segment$/;

export class Segments {
  readonly #disk: Disk;
  readonly #segmentBytesMax: number;
  readonly #list: Segment[] = [];
  /** Written to and not yet synced for good; the last one is the one to write to. */
  #open: OpenFile[] = [];
  #closing: number[] = [];
  /** Found, and perhaps never synced. */
  #inherited: Segment[] = [];
  #syncing = false;
  #nextName = 1;
  #loaded: { readonly name: string; readonly contents: Contents } | undefined;

  constructor(disk: Disk, segmentBytesMax: number) {
    this.#disk = disk;
    this.#segmentBytesMax = segmentBytesMax;
  }

  get list(): readonly Segment[] {
    return this.#list;
  }

  get bytes(): number {
    return this.#list.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  get hasInherited(): boolean {
    return this.#inherited.length > 0;
  }

  /** Finds what earlier agents left; calls `onForeign` for what was set aside. */
  find(onForeign: (name: string) => void): void {
    const files = this.#disk.list().filter(({ name }) => namePattern.test(name));
    for (const { name, bytes } of files.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
      this.#nextName = Number.parseInt(name, 10) + 1;
      const contents = bytes === 0 ? undefined : decodeSegment(this.#disk.read(name, headerBytesMax));
      if (contents !== undefined) this.#list.push({ name, header: contents.header, bytes });
      else if (bytes === 0) this.#disk.remove(name);
      else this.#setAside(name, onForeign);
    }
    this.#inherited = this.#list.slice();
  }

  /** A frame as bytes. `header` is of a segment that would begin with it. */
  write(bytes: Buffer, header: Header): void {
    const last = this.#open.at(-1);
    if (last === undefined || last.segment.bytes + bytes.length > this.#segmentBytesMax)
      return this.#begin(header, bytes);
    this.#disk.append(last.file, bytes);
    last.segment.bytes += bytes.length;
  }

  /** Everything that was written before the call is durable, or it throws. */
  async sync(): Promise<void> {
    this.#syncing = true;
    try {
      for (const segment of this.#inherited.slice()) await this.#syncInherited(segment);
      for (const { file } of this.#open.slice()) {
        await this.#disk.sync(file);
        // Full ones need nothing more. A file may have been given up meanwhile.
        if (this.#open.length > 1 && this.#open[0]?.file === file) this.#closing.push(this.#open.shift()!.file);
      }
    } finally {
      this.#syncing = false;
      this.#closeFiles();
    }
  }

  /** Nothing more goes into what is open. */
  giveUp(): void {
    this.#closing.push(...this.#open.map(({ file }) => file));
    this.#open = [];
    if (!this.#syncing) this.#closeFiles();
  }

  /** What is readable of it. One segment is kept in memory. */
  load(segment: Segment): Contents {
    if (this.#loaded?.name === segment.name && !this.#open.some((one) => one.segment === segment)) {
      return this.#loaded.contents;
    }
    const contents = decodeSegment(this.#disk.read(segment.name)) ?? { ...segment, frames: [], damaged: true };
    this.#loaded = { name: segment.name, contents };
    return contents;
  }

  remove(segment: Segment): void {
    this.#disk.remove(segment.name);
    this.#list.splice(this.#list.indexOf(segment), 1);
    this.#forget(segment);
  }

  /** Leaves nothing of it but its last event. */
  shrink(segment: Segment): void {
    const { frames } = this.load(segment);
    const frame = frames.at(-1);
    if (frame === undefined) return this.remove(segment);
    const first = endOf(frame) - 1;
    const dropped = tallyOf(frames.flatMap(({ lines }) => lines).slice(0, -1));
    const { read } = segment.header;
    const header = { ...segment.header, first, ...(read && { read: plus(read, dropped) }) };
    const last = { ...frame, sequence: first, lines: frame.lines.slice(-1) };
    const bytes = Buffer.concat([encodeHeader(header), encodeFrame(last)]);
    this.#disk.replace(segment.name, bytes, true);
    this.#list[this.#list.indexOf(segment)] = { name: segment.name, header, bytes: bytes.length, shrunk: true };
    this.#forget(segment);
  }

  async #syncInherited(segment: Segment): Promise<void> {
    // It may have been removed while another was synced.
    if (!this.#inherited.includes(segment)) return;
    const file = this.#disk.open(segment.name);
    try {
      await this.#disk.sync(file);
    } finally {
      this.#disk.close(file);
    }
    this.#inherited = this.#inherited.filter((one) => one !== segment);
  }

  /** Its content in memory is not true any longer, and its file need not be synced. */
  #forget(segment: Segment): void {
    if (this.#loaded?.name === segment.name) this.#loaded = undefined;
    this.#closing.push(...this.#open.filter((one) => one.segment === segment).map(({ file }) => file));
    this.#open = this.#open.filter((one) => one.segment !== segment);
    this.#inherited = this.#inherited.filter((one) => one !== segment);
    if (!this.#syncing) this.#closeFiles();
  }

  #begin(header: Header, frame: Buffer): void {
    const name = `${String(this.#nextName).padStart(16, '0')}.segment`;
    this.#nextName += 1;
    const bytes = Buffer.concat([encodeHeader(header), frame]);
    const file = this.#disk.create(name);
    try {
      this.#disk.append(file, bytes);
    } catch (error) {
      this.#disk.close(file);
      // Holds nothing: gone if the disk lets us, foreign to the next agent if not.
      this.#disk.remove(name);
      throw error;
    }
    const segment = { name, header, bytes: bytes.length };
    this.#list.push(segment);
    this.#open.push({ segment, file });
  }

  /** One such file is kept, for people to look at. */
  #setAside(name: string, onForeign: (name: string) => void): void {
    this.#disk.rename(name, 'foreign');
    onForeign(name);
  }

  #closeFiles(): void {
    for (const file of this.#closing.splice(0)) {
      try {
        this.#disk.close(file);
      } catch {
        // What it held is synced, or counts as not written.
      }
    }
  }
}
