/**
 * Events of one batch → the rows that the ingest statements take. Pure.
 *
 * One statement must not touch a life twice, so several descriptions of one life are folded into the last; an image
 * that acted (sent a signal) before it was replaced is kept apart.
 */
import type { Event, KnownEvent, ProcessEvent, UnknownEvent } from '../contract/index.js';
import { isKnownEvent } from '../contract/index.js';
import { lifecycleOf, type Lifecycle } from './lifecycle.rows.js';
import type { SignalRow } from './rows.js';
import { collectEvidence, keyOf, type EvidenceRows } from './evidence.rows.js';

type Of<K extends KnownEvent['kind']> = Extract<KnownEvent, { kind: K }>;

export interface BatchRows extends EvidenceRows, Lifecycle {
  readonly processes: readonly DescribedRow[];
  readonly formerImages: readonly object[];
  readonly signals: readonly object[];
  readonly deaths: readonly EndRow[];
  readonly oomKills: readonly object[];
  readonly losses: readonly object[];
  readonly unknown: readonly UnknownEvent[];
}

/** A life as the batch describes it, and its end where the batch has that too. */
export type DescribedRow = ReturnType<typeof processRow>;
export type EndRow = ReturnType<typeof deathRow>;

export function toRows(events: readonly Event[]): BatchRows {
  const lives = new Map<string, ProcessEvent>();
  const execs = new Map<string, string[]>();
  const formerImages: object[] = [];
  const acted = new Set<string>();
  const signals: object[] = [];
  const deaths = new Map<string, EndRow>();
  const oomKills: object[] = [];
  const evidence = collectEvidence();
  const losses: object[] = [];
  const unknown: UnknownEvent[] = [];

  const handlers = {
    process: (event) => {
      const key = keyOf(event);
      const earlier = lives.get(key);
      if (earlier && acted.has(key) && event.execAt !== undefined && event.execAt !== earlier.execAt)
        formerImages.push(formerImageRow(earlier, event.execAt));
      lives.set(key, earlier ? { ...(event.cgroup === undefined ? earlier : unplaced(earlier)), ...event } : event);
      if (event.execAt === undefined) return;
      const times = execs.get(key);
      if (times) times.push(event.execAt);
      else execs.set(key, [event.execAt]);
    },
    exit: (event) => {
      if (!deaths.has(keyOf(event))) deaths.set(keyOf(event), deathRow(event));
    },
    signal: (event) => {
      if (event.sender) acted.add(keyOf(event.sender));
      signals.push(signalRow(event));
    },
    oom_kill: (event) => {
      oomKills.push(oomKillRow(event));
    },
    loss: (event) => {
      losses.push(lossRow(event));
    },
    ...evidence.handlers,
    ...{ agent_start: elsewhere, agent_stop: elsewhere, snapshot: elsewhere, ledger: elsewhere },
  } satisfies { [K in KnownEvent['kind']]: (event: Of<K>) => void };

  for (const event of events) {
    if (isKnownEvent(event)) (handlers[event.kind] as (event: KnownEvent) => void)(event);
    else unknown.push(event);
  }
  const processes = [...lives].map(([key, event]) => processRow(event, execs.get(key), deaths.get(key)));
  return {
    processes,
    formerImages,
    signals,
    deaths: [...deaths.values()],
    oomKills,
    ...evidence.rows(),
    losses,
    unknown,
    ...lifecycleOf(events),
  };
}

/** Rows of another file's making. */
const elsewhere = (): void => undefined;

function processRow(event: ProcessEvent, execs: readonly string[] | undefined, end: EndRow | undefined) {
  return {
    pid: event.pid,
    start_ns: event.start,
    parent_pid: event.parent?.pid,
    parent_start_ns: event.parent?.start,
    origin: event.origin,
    seen_ns: event.at,
    exec_ns: event.execAt,
    comm: event.comm,
    exe: event.exe,
    args: event.args,
    args_cut: event.argsCut ?? false,
    uid: event.user?.uid,
    user_name: event.user?.name,
    login_uid: event.login?.user.uid,
    login_name: event.login?.user.name,
    login_session: event.login?.session,
    tty: event.tty,
    cgroup: event.cgroup,
    unit: event.unit,
    container_id: event.container?.id,
    container_runtime: event.container?.runtime,
    container_pod: event.container?.pod,
    login_source: event.login?.sourceAddress,
    kernel_thread: event.kernelThread ?? false,
    execs,
    end,
  };
}

/** Whoever says where a process runs says it whole: it can be moved out of a unit. */
function unplaced({ unit: _unit, container: _container, ...event }: ProcessEvent): ProcessEvent {
  return event;
}

function formerImageRow(event: ProcessEvent, until: string): object {
  const { pid, start, comm, exe, args, argsCut } = event;
  return { pid, start_ns: start, until_ns: until, comm, exe, args, args_cut: argsCut };
}

function signalRow(event: Of<'signal'>): object {
  return {
    at_ns: event.at,
    signal: event.signal,
    code: event.code,
    target_pid: event.target.pid,
    target_start_ns: event.target.start,
    sender_pid: event.sender?.pid,
    sender_start_ns: event.sender?.start,
    running_pid: event.running?.pid,
    running_start_ns: event.running?.start,
    thread: event.thread,
    disposition: event.disposition,
    result: event.result,
    address: event.address,
    count: event.count,
    until_ns: event.until,
    circumstances: circumstancesOf(event),
  };
}

function circumstancesOf({ limit, memory }: Of<'signal'>): SignalRow['circumstances'] | undefined {
  return limit || memory ? { ...(limit && { limit }), ...(memory && { memory }) } : undefined;
}

function deathRow(event: Of<'exit'>) {
  return {
    pid: event.pid,
    start_ns: event.start,
    died_ns: event.at,
    exit_code: event.code,
    signal: event.signal,
    core_dumped: event.coreDumped,
    cpu_ns: event.cpuTime,
    peak_rss_bytes: event.peakRss,
    reconstructed: event.reconstructed,
  };
}

function lossRow({ since, until, cause, count, cgroup }: Of<'loss'>): object {
  return { since_ns: since, until_ns: until, cause, count, cgroup };
}

function oomKillRow(event: Of<'oom_kill'>): object {
  return {
    victim_pid: event.victim.pid,
    victim_start_ns: event.victim.start,
    at_ns: event.at,
    trigger_pid: event.trigger?.pid,
    trigger_start_ns: event.trigger?.start,
  };
}
