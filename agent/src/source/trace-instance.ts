/**
 * Our own tracing instance, Documentation/trace/ftrace.rst: buffers, clock, events and filters that nobody else uses, and
 * that touch nobody else's. It goes on recording while no agent runs.
 *
 * `tracing_on` is written last: an instance without it is half made, and is configured anew.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseEventFormat, parseHeaderPage, type EventFormat, type PageLayout } from '../kernel/trace/event-format.js';
import { traceEvents, type TraceEventName } from '../kernel/trace/event.js';
import { agentLimits } from '../limits.js';
import { failure, success, type Result } from '../result.js';

export interface Instance {
  readonly directory: string;
  /** It went on recording since an earlier agent. */
  readonly resumed: boolean;
  readonly clock: TraceClock;
  readonly layout: PageLayout;
  /** Of the events that this kernel has and that are recorded. */
  readonly formats: ReadonlyMap<TraceEventName, EventFormat>;
  readonly cpus: readonly number[];
}

/** `mono` stands still while the host sleeps. */
const clocks = ['boot', 'mono'] as const;
export type TraceClock = (typeof clocks)[number];

/** Without these nothing can be told. */
const needed: readonly TraceEventName[] = [
  'task/task_newtask',
  'sched/sched_process_exec',
  'sched/sched_process_exit',
  'signal/signal_generate',
];

/** SIGCHLD, SIGURG and SIGWINCH, as the probe's is_noise() has it. */
const noNoise = 'sig != 17 && sig != 23 && sig != 28';
const filters: Partial<Record<TraceEventName, string>> = {
  'signal/signal_generate': noNoise,
  'signal/signal_deliver': noNoise,
};

export function instanceDirectory(tracefs: string, stateDir: string): string {
  const digest = createHash('sha256').update(resolve(stateDir)).digest('hex').slice(0, 8);
  return join(tracefs, 'instances', `whodunit-${digest}`);
}

/** Finds the instance of this state directory or makes it. */
export function openInstance(tracefs: string, stateDir: string): Result<Instance> {
  const directory = instanceDirectory(tracefs, stateDir);
  try {
    const found = existsSync(directory);
    const resumed = found && readFlag(directory, 'tracing_on');
    if (!found) mkdirSync(directory);
    if (!resumed) configure(directory);
    const instance = describeInstance(tracefs, directory, resumed);
    if (!instance.ok) removeInstance(directory);
    return instance;
  } catch (error) {
    tryToRemove(directory);
    const reason = error instanceof Error ? error.message : String(error);
    return failure('sensor/no-trace-instance', `No tracing instance can be had at ${directory} (${reason}).`);
  }
}

/** Its readers must be closed. True when there was one. */
export function removeInstance(directory: string): boolean {
  if (!existsSync(directory)) return false;
  rmdirSync(directory);
  return true;
}

/** Where somebody reads it, or nobody may remove it, it stays. */
export function tryToRemove(directory: string): void {
  try {
    removeInstance(directory);
  } catch {
    // Whoever asked for it has said already what is wrong.
  }
}

function configure(directory: string): void {
  // A new instance is born with it on.
  write(directory, 'tracing_on', '0');
  const clock = clocks.find((one) => clocksOf(directory).includes(one));
  if (clock === undefined) throw new Error('the kernel has neither the trace clock boot nor mono');
  write(directory, 'trace_clock', clock);
  write(directory, 'options/overwrite', '1');
  write(directory, 'buffer_size_kb', String(bufferKibPerCpu(listCpus(directory).length)));
  for (const name of eventNames) {
    const event = join('events', name);
    if (!existsSync(join(directory, event))) continue;
    const filter = filters[name];
    if (filter !== undefined) write(directory, join(event, 'filter'), filter);
    write(directory, join(event, 'enable'), '1');
  }
  write(directory, 'tracing_on', '1');
}

function describeInstance(tracefs: string, directory: string, resumed: boolean): Result<Instance> {
  const layout = parseHeaderPage(readFileSync(join(tracefs, 'events/header_page'), 'utf8'));
  const formats = new Map<TraceEventName, EventFormat>();
  for (const name of eventNames) {
    if (!existsSync(join(directory, 'events', name)) || !readFlag(directory, `events/${name}/enable`)) continue;
    const format = parseEventFormat(readFileSync(join(directory, 'events', name, 'format'), 'utf8'));
    if (format !== undefined) formats.set(name, format);
  }
  const missing = needed.filter((name) => !formats.has(name));
  const clock = clocks.find((one) => clocksOf(directory).includes(`[${one}]`));
  if (layout === undefined || clock === undefined || missing.length > 0) {
    const what =
      missing.length > 0 ? `lacks the trace events ${missing.join(', ')}` : 'has a trace buffer of a strange layout';
    return failure('sensor/no-trace-events', `This kernel ${what}: use one built with CONFIG_FTRACE.`);
  }
  return success({ directory, resumed, clock, layout, formats, cpus: listCpus(directory) });
}

/** All buffers together have at most traceBufferKibMax, unless that leaves too little for one CPU. */
function bufferKibPerCpu(cpus: number): number {
  const { traceBufferKibPerCpuMax, traceBufferKibPerCpuMin, traceBufferKibMax } = agentLimits;
  return Math.max(traceBufferKibPerCpuMin, Math.min(traceBufferKibPerCpuMax, Math.floor(traceBufferKibMax / cpus)));
}

function listCpus(directory: string): readonly number[] {
  return readdirSync(join(directory, 'per_cpu'))
    .map((name) => Number(/^cpu(\d+)$/.exec(name)?.[1]))
    .filter(Number.isInteger)
    .sort((a, b) => a - b);
}

const eventNames = Object.keys(traceEvents) as readonly TraceEventName[];

/** The one in use is in brackets. */
function clocksOf(directory: string): readonly string[] {
  const names = readFileSync(join(directory, 'trace_clock'), 'utf8').trim().split(/\s+/);
  return names.flatMap((name) => (name.startsWith('[') ? [name, name.slice(1, -1)] : [name]));
}

function readFlag(directory: string, name: string): boolean {
  return readFileSync(join(directory, name), 'utf8').startsWith('1');
}

function write(directory: string, name: string, text: string): void {
  writeFileSync(join(directory, name), text);
}
