/**
 * The trace events that are asked for, by name and with the fields that are used. Offsets and widths come from each event's
 * format file (event-format.ts). An event whose format lacks a needed field is not understood, and is told as such when
 * the decoder is made; one that is too short for its fields gives undefined.
 */
import { decodeCString } from '../../bytes/text.js';
import type { EventFormat, TraceField } from './event-format.js';
import type { RawEvent } from './page.js';

interface Head {
  readonly at: bigint;
  /** The task that ran: a thread's id in the initial pid namespace. */
  readonly tid: number;
}

export type TraceEvent =
  | (Head & { readonly kind: 'newtask'; readonly child: number; readonly comm: string; readonly flags: number })
  | (Head & { readonly kind: 'exec'; readonly pid: number; readonly oldTid: number; readonly filename: string })
  /** `groupDead`: it was the last thread; undefined before Linux 6.16. */
  | (Head & { readonly kind: 'exit'; readonly comm: string; readonly groupDead: boolean | undefined })
  | (Head & {
      readonly kind: 'generate';
      readonly signal: number;
      readonly code: number;
      readonly target: number;
      readonly comm: string;
      readonly group: boolean;
      readonly result: number;
    })
  | (Head & { readonly kind: 'deliver'; readonly signal: number; readonly code: number; readonly handled: boolean })
  | (Head & { readonly kind: 'oom'; readonly victim: number })
  /** exit_group(2), or exit(2) of one thread. */
  | (Head & { readonly kind: 'exit-call'; readonly group: boolean; readonly code: number });

interface Definition {
  readonly fields: readonly string[];
  readonly texts: readonly string[];
  /** Not in every kernel's format. */
  readonly optional?: readonly string[];
  /** Every needed field has its value. */
  make(head: Head, numbers: Readonly<Record<string, number>>, texts: Readonly<Record<string, string>>): TraceEvent;
}

/** Signal handlers SIG_DFL and SIG_IGN. */
const noHandlerMax = 1;

/** By `SYSTEM/EVENT`, the path below `events`. */
export const traceEvents = {
  'task/task_newtask': {
    fields: ['pid', 'clone_flags'],
    texts: ['comm'],
    make: (head, { pid, clone_flags }, { comm = '' }) => ({
      kind: 'newtask',
      ...head,
      child: pid!,
      comm,
      flags: clone_flags!,
    }),
  },
  'sched/sched_process_exec': {
    fields: ['pid', 'old_pid'],
    texts: ['filename'],
    make: (head, { pid, old_pid }, { filename = '' }) => ({
      kind: 'exec',
      ...head,
      pid: pid!,
      oldTid: old_pid!,
      filename,
    }),
  },
  'sched/sched_process_exit': {
    fields: [],
    texts: ['comm'],
    optional: ['group_dead'],
    make: (head, { group_dead }, { comm = '' }) => ({
      kind: 'exit',
      ...head,
      comm,
      groupDead: group_dead === undefined ? undefined : group_dead !== 0,
    }),
  },
  'signal/signal_generate': {
    fields: ['sig', 'code', 'pid', 'group', 'result'],
    texts: ['comm'],
    make: (head, { sig, code, pid, group, result }, { comm = '' }) => ({
      kind: 'generate',
      ...head,
      signal: sig!,
      code: code!,
      target: pid!,
      comm,
      group: group !== 0,
      result: result!,
    }),
  },
  'signal/signal_deliver': {
    fields: ['sig', 'code', 'sa_handler'],
    texts: [],
    make: (head, { sig, code, sa_handler }) => ({
      kind: 'deliver',
      ...head,
      signal: sig!,
      code: code!,
      handled: sa_handler! > noHandlerMax,
    }),
  },
  'oom/mark_victim': {
    fields: ['pid'],
    texts: [],
    make: (head, { pid }) => ({ kind: 'oom', ...head, victim: pid! }),
  },
  'syscalls/sys_enter_exit_group': {
    fields: ['error_code'],
    texts: [],
    make: (head, { error_code }) => ({ kind: 'exit-call', ...head, group: true, code: error_code! }),
  },
  'syscalls/sys_enter_exit': {
    fields: ['error_code'],
    texts: [],
    make: (head, { error_code }) => ({ kind: 'exit-call', ...head, group: false, code: error_code! }),
  },
} as const satisfies Record<string, Definition>;

export type TraceEventName = keyof typeof traceEvents;

/** `undefined`: an event that was not asked for, or damaged. */
export type DecodeEvent = (event: RawEvent) => TraceEvent | undefined;

export interface EventDecoder {
  readonly decode: DecodeEvent;
  /** Those whose format lacks a field that is needed. */
  readonly misunderstood: readonly TraceEventName[];
}

export function createDecoder(formats: ReadonlyMap<TraceEventName, EventFormat>): EventDecoder {
  const readers = new Map<number, DecodeEvent>();
  const misunderstood: TraceEventName[] = [];
  for (const [name, format] of formats) {
    const reader = createReader(traceEvents[name], format);
    if (reader === undefined) misunderstood.push(name);
    else readers.set(format.id, reader);
  }
  const decode: DecodeEvent = (event) =>
    event.data.byteLength < 2 ? undefined : readers.get(event.data.getUint16(0, true))?.(event);
  return { decode, misunderstood };
}

function createReader(definition: Definition, { fields }: EventFormat): DecodeEvent | undefined {
  const tid = fields.get('common_pid');
  const needed = [...definition.fields, ...definition.texts];
  if (tid === undefined || !isNumber(tid) || needed.some((name) => !fields.has(name))) return undefined;
  const present = [...definition.fields, ...(definition.optional ?? []).filter((name) => fields.has(name))];
  const numbers = present.map((name) => [name, fields.get(name)!] as const);
  const texts = definition.texts.map((name) => [name, fields.get(name)!] as const);
  if (numbers.some(([, field]) => !isNumber(field)) || texts.some(([, { dynamic, size }]) => dynamic && size !== 4))
    return undefined;
  const bytes = Math.max(...[tid, ...numbers.map(second), ...texts.map(second)].map((one) => one.offset + one.size));
  return ({ at, data }) => {
    if (data.byteLength < bytes) return undefined;
    const values: Record<string, number> = {};
    for (const [name, field] of numbers) values[name] = readNumber(data, field);
    const words: Record<string, string> = {};
    for (const [name, field] of texts) words[name] = readText(data, field);
    return definition.make({ at, tid: readNumber(data, tid) }, values, words);
  };
}

const second = <T>([, value]: readonly [string, T]): T => value;

function isNumber({ size, dynamic }: TraceField): boolean {
  return !dynamic && (size === 1 || size === 2 || size === 4 || size === 8);
}

/** Of 64-bit values the lower 53 bits count: flags and exit codes are small, a handler only has to be above 1. */
function readNumber(data: DataView, { offset, size, signed }: TraceField): number {
  if (size === 1) return signed ? data.getInt8(offset) : data.getUint8(offset);
  if (size === 2) return signed ? data.getInt16(offset, true) : data.getUint16(offset, true);
  if (size === 4) return signed ? data.getInt32(offset, true) : data.getUint32(offset, true);
  return Number(signed ? data.getBigInt64(offset, true) : data.getBigUint64(offset, true));
}

function readText(data: DataView, { offset, size, dynamic }: TraceField): string {
  if (!dynamic) return decodeCString(new Uint8Array(data.buffer, data.byteOffset + offset, size));
  const location = data.getUint32(offset, true);
  const from = location & 0xffff;
  const length = location >>> 16;
  if (from + length > data.byteLength) return '';
  return decodeCString(new Uint8Array(data.buffer, data.byteOffset + from, length));
}
