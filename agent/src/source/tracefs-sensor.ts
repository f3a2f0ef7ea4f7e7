/**
 * The second rung: the kernel's own trace events, in a tracing instance of ours, and /proc for what they do not carry.
 * Needs neither libbpf nor BTF, nor native code of any kind where the tracing file system is mounted.
 */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { TaskRecord } from '../kernel/record.js';
import { parseCpuStats, type CpuStats } from '../kernel/trace/cpu-stats.js';
import type { EventFormat } from '../kernel/trace/event-format.js';
import { createDecoder, type DecodeEvent, type TraceEvent, type TraceEventName } from '../kernel/trace/event.js';
import type { RawEvent } from '../kernel/trace/page.js';
import { agentLimits } from '../limits.js';
import { failure, success, type Result } from '../result.js';
import { LivesFile } from '../state/trace-lives.js';
import { TracedLives } from '../track/trace/lives.js';
import { Cgroups } from './cgroups.js';
import { inInitialPidNamespace, readBootId, readText } from './proc.js';
import { listTasks, readTask } from './procfs.js';
import { processOfThread, readFileSizeLimit, readSignalSets, threadsOf } from './proc-threads.js';
import type { TracefsSensor, TraceLoss, TraceReading } from './sensor.js';
import { TraceTime } from './trace-clock.js';
import { instanceDirectory, openInstance, removeInstance, tryToRemove, type Instance } from './trace-instance.js';
import { TraceMemory } from './trace-memory.js';
import { TracePipes } from './trace-pipes.js';
import { ensureTracefs, findTracefs, leaveTracefs } from './tracefs.js';

const blindSpots = [
  'Of a process that ends within a tenth of a second after exec, only the program is known and not its arguments.',
  'User, login, terminal and cgroup are read from /proc a moment later: a process that is gone by then has its parent’s.',
  'Where an ssh login came from is not seen when the session is shorter than that moment.',
  'Whether a core was dumped is not told, nor the address of a fault.',
  'Events that the agent has read and not yet told when it is killed are lost, and counted.',
] as const;

/** Sentences for events that a kernel may lack. */
const without: Partial<Record<TraceEventName, string>> = {
  'syscalls/sys_enter_exit_group':
    'Exit codes are not seen: this kernel traces no system calls (CONFIG_FTRACE_SYSCALLS).',
  'signal/signal_deliver': 'Whether a signal was caught is only known of processes that live on.',
  'oom/mark_victim': 'Kills by the OOM killer are not told from other ends: this kernel has no event for them.',
};

/** `reasons` say why no better rung is in use. */
export async function openTracefs(stateDir: string, reasons: readonly string[]): Promise<Result<TracefsSensor>> {
  if (!inInitialPidNamespace()) {
    const sentence =
      'Trace events name processes by the host’s pids, and the agent runs in a pid namespace of its own.';
    return failure('sensor/foreign-pids', `${sentence} Start its container with the host’s (--pid=host).`);
  }
  const tracefs = await ensureTracefs();
  if (!tracefs.ok) return tracefs;
  const opened = openInstance(tracefs.value, stateDir);
  if (!opened.ok) return opened;
  try {
    return success(new TraceSensor(opened.value, stateDir, reasons));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return failure('sensor/no-trace', `The tracing instance ${opened.value.directory} cannot be read (${reason}).`);
  }
}

/** An instance that this rung left when a better one has come: its identities mean nothing there. */
export function dropTraceInstance(stateDir: string): void {
  const tracefs = findTracefs();
  if (tracefs !== undefined) tryToRemove(instanceDirectory(tracefs, stateDir));
}

/** True when there was something. */
export async function removeTracefs(stateDir: string): Promise<boolean> {
  // It may have been mounted for the agent alone, and the instance be there nevertheless.
  const tracefs = await ensureTracefs();
  if (!tracefs.ok) return false;
  const removed = removeInstance(instanceDirectory(tracefs.value, stateDir));
  await leaveTracefs();
  return removed;
}

class TraceSensor implements TracefsSensor {
  readonly rung = 'tracefs';
  readonly blindSpots: readonly string[];
  readonly resumed: boolean;
  readonly cgroups = new Cgroups(undefined);
  readonly lives = new TracedLives({ readTask, processOfThread, threadsOf });
  readonly details = { readTask, readSignalSets, readFileSizeLimit };
  readonly #instance: Instance;
  readonly #instanceId: string;
  readonly #decode: DecodeEvent;
  readonly #pipes: TracePipes;
  readonly #time: TraceTime;
  readonly #memory: TraceMemory;
  readonly #losses: TraceLoss[] = [];
  /** Events of the instance that are handed over, or told to be lost. */
  #read = 0;
  #toldRead: number | undefined;
  #dropped = 0;
  #checkedAtMs = performance.now();

  constructor(instance: Instance, stateDir: string, reasons: readonly string[]) {
    const { directory, resumed, clock, cpus, layout, formats } = instance;
    const { decode, misunderstood } = createDecoder(formats);
    this.#instance = instance;
    this.#instanceId = idOf(directory);
    this.#decode = decode;
    this.#pipes = new TracePipes(directory, cpus, layout);
    this.#time = new TraceTime(clock, () => readStats(directory, cpus[0] ?? 0).now);
    this.#memory = new TraceMemory(new LivesFile(stateDir, readBootId()), this.lives);
    this.resumed = resumed;
    this.blindSpots = [...reasons, ...blindSpots, ...sayLacking(formats, misunderstood)];
    this.#takeOver();
    const own = readTask(process.pid);
    if (own !== undefined) this.lives.see(own);
  }

  bootNanoseconds(): bigint {
    return this.#time.now();
  }

  read(until: bigint, eventsMax: number): TraceReading {
    return this.#collect((handle) => this.#pipes.read(this.#time.toTrace(until), eventsMax, handle));
  }

  readRest(): TraceReading {
    return this.#collect((handle) => this.#pipes.readWaiting(handle));
  }

  takeLosses(): readonly TraceLoss[] {
    for (const gap of this.#pipes.takeGaps()) {
      const until = this.#time.toBoot(gap.until);
      const since = gap.since === undefined ? this.#memory.kept.at : this.#time.toBoot(gap.since);
      this.#losses.push({
        since: since === 0n || since > until ? until : since,
        until,
        count: gap.count === 'unknown' ? undefined : gap.count,
      });
    }
    this.#countDropped();
    return this.#losses.splice(0);
  }

  listTasks(): readonly TaskRecord[] {
    return listTasks().map((task) => ({ ...task, who: { ...task.who, start: this.lives.startOf(task.who) } }));
  }

  keep(): void {
    this.#memory.keep();
  }

  told(): void {
    if (this.#read === this.#toldRead) return;
    this.#toldRead = this.#read;
    this.#memory.told(this.#instanceId, this.#read, this.#time.now());
  }

  async remove(): Promise<void> {
    this.#pipes.close();
    removeInstance(this.#instance.directory);
    await leaveTracefs();
  }

  #collect(read: (handle: (raw: RawEvent) => void) => number): TraceReading {
    const events: TraceEvent[] = [];
    const count = read((raw) => {
      const event = this.#decode(raw);
      if (event !== undefined) events.push({ ...event, at: this.#time.toBoot(event.at) });
    });
    this.#read += count;
    return { events, count };
  }

  /** What an agent before us took out of the kernel and did not tell is lost. */
  #takeOver(): void {
    const { read, dropped } = this.#sumStats();
    this.#read = read;
    this.#dropped = dropped;
    if (!this.resumed) return this.lives.doubt();
    const { kept } = this.#memory;
    const untold = read - (kept.instance === this.#instanceId ? kept.read : 0);
    if (untold <= 0) return;
    this.#losses.push({ since: kept.at, until: this.#time.now(), count: untold });
    this.lives.doubt();
  }

  /** Events that never came into the buffers: next to none, so it is enough to look now and then. */
  #countDropped(): void {
    const now = performance.now();
    if (now - this.#checkedAtMs < agentLimits.traceClockCheckMs) return;
    this.#checkedAtMs = now;
    const { dropped } = this.#sumStats();
    const until = this.#time.now();
    if (dropped > this.#dropped) {
      const since = until - BigInt(agentLimits.traceClockCheckMs) * 1_000_000n;
      this.#losses.push({ since, until, count: dropped - this.#dropped });
    }
    this.#dropped = dropped;
  }

  #sumStats(): { readonly read: number; readonly dropped: number } {
    const { directory, cpus } = this.#instance;
    const all = cpus.map((cpu) => readStats(directory, cpu));
    const sum = (name: 'read' | 'dropped') => all.reduce((total, one) => total + one[name], 0);
    return { read: sum('read'), dropped: sum('dropped') };
  }
}

function readStats(directory: string, cpu: number): CpuStats {
  return parseCpuStats(readText(join(directory, `per_cpu/cpu${cpu}/stats`)) ?? '');
}

/** Another instance of the same name has another inode, or was made at another time. */
function idOf(directory: string): string {
  const { ino, ctimeMs } = statSync(directory);
  return `${ino}-${ctimeMs}`;
}

function sayLacking(
  formats: ReadonlyMap<TraceEventName, EventFormat>,
  misunderstood: readonly TraceEventName[],
): readonly string[] {
  const names = Object.keys(without) as TraceEventName[];
  const lacking = names.filter((name) => !formats.has(name) || misunderstood.includes(name));
  return lacking.map((name) => without[name] ?? '');
}
